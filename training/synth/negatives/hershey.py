"""Letters and symbols of Dr A. V. Hershey's vector fonts, less those that may be a digit.

A. V. Hershey, *Calligraphy for Computers*, U.S. Naval Weapons Laboratory, 1967; the fonts come with
the library Hershey-Fonts. Single-stroke fonts are drawn as people would; in the others thick
strokes are drawn as two lines, which must stay together.

What a reasonable reader may take for a digit, alone and written by hand, is in none of the
lists below, so that it is neither trained nor validated on:

- 0: O o D Q a Θ θ Φ φ Ф Ο О, rings, ellipses (☉ ⊕ too), diamonds and upright boxes
- 1: I i J j l t Λ Υ ι ^ ! | / ( ) [ ] " ↑ ↓ ⊥ ∥ ∫ †
- 2: Z z, r Q L in script, Σ Ζ ν
- 3: E in script, ε ξ ζ Э З В } ∃ ∈ (mirrored, too)
- 4: Y y γ Ч У Ц ♃ ♮
- 5: S s $ § ♄
- 6: G b, C c h in script, σ δ Б Ь Ъ ♭
- 7: T F in script, r τ η Г Γ ⊃ ⊓, the quaver rest
- 8: B & β В ∂ ℘ ☿ ♀ ♅ ☊ ☋ ♉, P V f S in script
- 9: g q α ρ , ' ; and the bass clef alone
"""

from __future__ import annotations

from functools import cache

import numpy as np

from training.synth.negatives.handwriting import written
from training.synth.strokes import Strokes, framed

#: How careful the writer is with fonts that draw thick strokes as two lines.
_DOUBLE = 0.85

#: Letters by font; the keys are the fonts' own.
LATIN = {
    "futural": "ACEFHKLMNPRTUVWXcdefhkmnpuvwx",
    "scripts": "AHKMNRUWXdkmnpuvwx",
}
GREEK = {"greeks": "DJLMNPQVWXjklptvwx"}
CYRILLIC = {"cyrillic": "$&ADHIKLMNPQRTUWX[^dehiklmnpqrtuwx{}"}
SYMBOLS = {
    "futural": "#%*+=<>?@~:",
    "mathlow": "!\"#&'?@^_bcdegik~n",
    "symbolic": "8<>ACFGJLMNOQRSTUVWXYZ[]^_`acgfhmlnpxyz{|~",
    "astrology": "!'/:<=]`{|~",
    "music": "+<>@",
    "meteorology": "$&",
}


@cache
def glyphs(font: str) -> dict[str, Strokes]:
    """The glyphs of a font that have ink, of unit size, y down, by the font's own keys."""
    from HersheyFonts import HersheyFonts  # here, so that a sentence can say where it is missing

    found = HersheyFonts(load_default_font=font).all_glyphs
    strokes = {
        key: [np.array(stroke, dtype=np.float64) for stroke in glyph.strokes if stroke]
        for key, glyph in found.items()
    }
    return {key: framed(glyph) for key, glyph in strokes.items() if glyph}


def latin(rng: np.random.Generator) -> Strokes:
    """A printed or a joined-up Latin letter."""
    return _any(LATIN, rng)


def greek_and_cyrillic(rng: np.random.Generator) -> Strokes:
    """A Greek or a Cyrillic letter."""
    return _any(GREEK, rng) if rng.random() < 0.5 else _any(CYRILLIC, rng, _DOUBLE)


def symbol(rng: np.random.Generator) -> Strokes:
    """A sign of mathematics, music, astrology, cartography or punctuation."""
    return _any(SYMBOLS, rng, _DOUBLE, rounding=0.02)


def _any(
    choice: dict[str, str], rng: np.random.Generator, care: float = 0.0, rounding: float = 0.04
) -> Strokes:
    """Any glyph of these lists, each as often as any other, written by hand."""
    font, key = _pairs(tuple(choice.items()))[rng.integers(sum(map(len, choice.values())))]
    return written(glyphs(font)[key], rng, care, rounding)


@cache
def _pairs(choice: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    return [(font, key) for font, keys in choice for key in keys]

"""Every model that digitpad builds: its hyper-parameters, and what was measured with them."""

from __future__ import annotations

from training.recipes.digits import DIGITS, DIGITS_WORLD, MNIST_ALONE, NO_FORMS
from training.recipes.fashion import FASHION
from training.recipes.own import OWN
from training.recipes.schema import Augmentation, Mixture, Recipe, StrokeAugmentation
from training.recipes.tutorials import FASHION_CNN, KERAS_DENSE, MYGRAD_CNN, TF_BASIC, TFJS_CNN

__all__ = [
    "BUNDLED",
    "DIGITS",
    "FASHION",
    "OWN",
    "RECIPES",
    "TUTORIALS",
    "Augmentation",
    "Mixture",
    "Recipe",
    "StrokeAugmentation",
]

#: Recipes whose models come with the app.
BUNDLED = (DIGITS, FASHION)
TUTORIALS = (TFJS_CNN, TF_BASIC, MYGRAD_CNN, KERAS_DENSE, FASHION_CNN)
_OTHERS = (OWN, NO_FORMS, MNIST_ALONE, DIGITS_WORLD)
RECIPES = {recipe.name: recipe for recipe in (*BUNDLED, *TUTORIALS, *_OTHERS)}

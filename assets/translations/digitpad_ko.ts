<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ko_KR" sourcelanguage="en">
<context>
    <name>About</name>
    <message>
        <source>&amp;Copy</source>
        <translation>복사(&amp;C)</translation>
    </message>
    <message>
        <source>About digitpad</source>
        <translation>digitpad 정보</translation>
    </message>
    <message>
        <source>Accuracy, {dataset}</source>
        <translation>정확도({dataset})</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>닫기</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>복사됨</translation>
    </message>
    <message>
        <source>Copy everything as text</source>
        <translation>모든 내용을 텍스트로 복사</translation>
    </message>
    <message>
        <source>Draw a digit and see, live, what a CNN makes of it.</source>
        <translation>숫자를 그리면 CNN이 어떻게 읽는지 그리는 동안 바로 보여 줍니다.</translation>
    </message>
    <message>
        <source>Licences</source>
        <translation>라이선스</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>모델</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>이름</translation>
    </message>
    <message>
        <source>Runs on</source>
        <translation>실행 장치</translation>
    </message>
    <message>
        <source>Summary</source>
        <translation>요약</translation>
    </message>
    <message>
        <source>Trained on</source>
        <translation>학습 데이터</translation>
    </message>
    <message>
        <source>Versions</source>
        <translation>버전</translation>
    </message>
</context>
<context>
    <name>Agreement</name>
    <message>
        <source>Both read {0}</source>
        <translation>둘 다 {0}(으)로 읽음</translation>
    </message>
    <message>
        <source>They differ: {0} and {1}</source>
        <translation>서로 다름: {0}, {1}</translation>
    </message>
    <message>
        <source>They name different things</source>
        <translation>서로 다른 것을 읽는 모델입니다</translation>
    </message>
</context>
<context>
    <name>Answer</name>
    <message>
        <source>Answer: none yet</source>
        <translation>답: 아직 없음</translation>
    </message>
    <message>
        <source>Answer: {0}, {1}</source>
        <translation>답: {0}, {1}</translation>
    </message>
    <message>
        <source>likely</source>
        <translation>가능성 높음</translation>
    </message>
    <message>
        <source>not sure</source>
        <translation>확실하지 않음</translation>
    </message>
    <message>
        <source>not sure this is a digit</source>
        <translation>숫자인지 확실하지 않음</translation>
    </message>
    <message>
        <source>yours</source>
        <extracomment>Beside an answer that was learned from the writer.</extracomment>
        <translation>내 필체</translation>
    </message>
    <message>
        <source>sure</source>
        <extracomment>Height of a numeral, and of a class with a longer name, in device-independent pixels.</extracomment>
        <translation>확실함</translation>
    </message>
</context>
<context>
    <name>Bar</name>
    <message>
        <source>Class {0}</source>
        <translation>클래스 {0}</translation>
    </message>
    <message>
        <source>most likely</source>
        <extracomment>Steps of a bar&apos;s accessible value: tenths of a percent. How long a bar takes to reach a new value, in milliseconds. More classes than this scroll. Width of the mark of what the model says by itself, and the least change that is marked. The widest label that is not cut short, in device-independent pixels.</extracomment>
        <translation>가능성이 가장 높음</translation>
    </message>
</context>
<context>
    <name>Bars</name>
    <message>
        <source>Probabilities</source>
        <translation>확률</translation>
    </message>
</context>
<context>
    <name>Canvas</name>
    <message>
        <source>Draw a digit here</source>
        <translation>여기에 숫자를 그려 보세요</translation>
    </message>
    <message>
        <source>Draw here</source>
        <translation>여기에 그려 보세요</translation>
    </message>
    <message>
        <source>Draw with the mouse, a finger or a pen; by keyboard, on the grid (G).</source>
        <translation>마우스, 손가락, 펜으로 그립니다. 키보드로는 격자(G)에서 그릴 수 있습니다.</translation>
    </message>
    <message>
        <source>Drawing canvas</source>
        <translation>그림판</translation>
    </message>
</context>
<context>
    <name>Commands</name>
    <message>
        <source>&amp;Draw</source>
        <translation>그리기(&amp;D)</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>편집(&amp;E)</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>파일(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>도움말(&amp;H)</translation>
    </message>
    <message>
        <source>&amp;Model</source>
        <translation>모델(&amp;M)</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>보기(&amp;V)</translation>
    </message>
</context>
<context>
    <name>Exporting</name>
    <message>
        <source>Drawing for other programs</source>
        <translation>다른 프로그램에서 쓸 그림</translation>
    </message>
    <message>
        <source>Ink, one drawing a line</source>
        <translation>필기, 한 줄에 그림 하나</translation>
    </message>
    <message>
        <source>Picture</source>
        <extracomment>Ink and paper of what leaves the window: the same in both schemes, as it is pasted anywhere.</extracomment>
        <translation>이미지</translation>
    </message>
</context>
<context>
    <name>Grid</name>
    <message>
        <source>Click or drag to ink cells, and again to blank them.
Right button: blank. Wheel: lighter or darker.
Arrow keys and Space do the same.</source>
        <translation>칸을 클릭하거나 끌면 칠해지고, 한 번 더 하면 지워집니다.
오른쪽 버튼: 지우기. 휠: 더 옅게 또는 더 짙게.
화살표 키와 스페이스바로도 할 수 있습니다.</translation>
    </message>
    <message>
        <source>Grid of 28 by 28 cells</source>
        <extracomment>Grey levels that a cell can be inked with.</extracomment>
        <translation>가로 28칸, 세로 28칸 격자</translation>
    </message>
    <message>
        <source>row {0}, column {1}: {2} % ink</source>
        <translation>{0}행 {1}열: 농도 {2}%</translation>
    </message>
</context>
<context>
    <name>Hand</name>
    <message>
        <source>Your &amp;hand…</source>
        <translation>내 필체(&amp;H)…</translation>
    </message>
</context>
<context>
    <name>HandPage</name>
    <message>
        <source>Learned from {0} drawings.</source>
        <translation>그림 {0}개에서 배웠습니다.</translation>
    </message>
    <message>
        <source>{0} drawings are in {1}.</source>
        <translation>그림 {0}개가 {1}에 있습니다.</translation>
    </message>
    <message>
        <source>Your hand</source>
        <translation>내 필체</translation>
    </message>
    <message>
        <source>Read what I draw as I have taught it</source>
        <translation>가르친 대로 읽기</translation>
    </message>
    <message>
        <source>Learned drawings</source>
        <translation>배운 그림</translation>
    </message>
    <message>
        <source>Drawings and labels stay on this machine.</source>
        <translation>그림과 이름표는 이 컴퓨터에만 있습니다.</translation>
    </message>
    <message>
        <source>Nothing yet. Draw a digit and press its key, or click its bar, to teach it.</source>
        <translation>아직 없습니다. 숫자를 그리고 그 숫자 키를 누르거나 막대를 클릭하여 가르치세요.</translation>
    </message>
    <message>
        <source>{0} drawings are remembered, {1} of them were misread.</source>
        <translation>그림 {0}개를 기억하고 있으며, 그중 {1}개는 잘못 읽혔습니다.</translation>
    </message>
    <message>
        <source>Of the last {0}, {1} are read rightly with what the others have taught, {2} without.</source>
        <translation>마지막 {0}개 중 나머지에서 배운 것으로 {1}개, 그것 없이는 {2}개를 바르게 읽습니다.</translation>
    </message>
    <message>
        <source>{0} drawings are forgotten.</source>
        <translation>그림 {0}개를 잊었습니다.</translation>
    </message>
    <message>
        <source>Export the learned drawings</source>
        <translation>배운 그림 내보내기</translation>
    </message>
    <message>
        <source>Import drawings with labels</source>
        <translation>이름표가 있는 그림 가져오기</translation>
    </message>
    <message>
        <source>Forget selected</source>
        <translation>선택한 것 잊기</translation>
    </message>
    <message>
        <source>Forget all</source>
        <translation>모두 잊기</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>실행 취소</translation>
    </message>
    <message>
        <source>Show me yours…</source>
        <translation>필체 보여 주기…</translation>
    </message>
    <message>
        <source>Import…</source>
        <translation>가져오기…</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>내보내기…</translation>
    </message>
    <message>
        <source>Export for training…</source>
        <translation>훈련용으로 내보내기…</translation>
    </message>
</context>
<context>
    <name>ImportExport</name>
    <message>
        <source>&amp;Copy answer</source>
        <translation>답 복사(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Open…</source>
        <translation>열기(&amp;O)…</translation>
    </message>
    <message>
        <source>&amp;Paste</source>
        <translation>붙여넣기(&amp;P)</translation>
    </message>
    <message>
        <source>&amp;Save drawing…</source>
        <translation>그림 저장(&amp;S)…</translation>
    </message>
    <message>
        <source>Copy p&amp;icture</source>
        <translation>이미지로 복사(&amp;I)</translation>
    </message>
    <message>
        <source>Dropped</source>
        <translation>끌어다 놓기</translation>
    </message>
    <message>
        <source>Open a picture or a drawing</source>
        <translation>이미지 또는 그림 열기</translation>
    </message>
    <message>
        <source>Save the drawing</source>
        <translation>그림 저장</translation>
    </message>
    <message>
        <source>Saved as {file}</source>
        <translation>{file}에 저장했습니다</translation>
    </message>
    <message>
        <source>Show me o&amp;ne</source>
        <translation>하나 보여 주기(&amp;N)</translation>
    </message>
    <message>
        <source>Test image {number}</source>
        <translation>테스트 이미지 {number}</translation>
    </message>
    <message>
        <source>The answer is on the clipboard</source>
        <translation>답을 클립보드에 복사했습니다</translation>
    </message>
    <message>
        <source>The picture is on the clipboard</source>
        <translation>이미지를 클립보드에 복사했습니다</translation>
    </message>
    <message>
        <source>The test images are not on this machine; train a model once</source>
        <translation>이 컴퓨터에 테스트 이미지가 없습니다. 먼저 모델을 한 번 학습해 주세요</translation>
    </message>
    <message>
        <source>There is no answer to copy yet</source>
        <translation>아직 복사할 답이 없습니다</translation>
    </message>
    <message>
        <source>There is no drawing to copy</source>
        <translation>복사할 그림이 없습니다</translation>
    </message>
    <message>
        <source>There is no drawing to save</source>
        <translation>저장할 그림이 없습니다</translation>
    </message>
    <message>
        <source>{source}: its label is {label}</source>
        <translation>{source}: 정답은 {label}입니다</translation>
    </message>
    <message>
        <source>{source}: no ink was found</source>
        <translation>{source}: 필기를 찾지 못했습니다</translation>
    </message>
</context>
<context>
    <name>Importing</name>
    <message>
        <source>Clipboard</source>
        <translation>클립보드</translation>
    </message>
    <message>
        <source>Pictures and drawings</source>
        <translation>이미지와 그림</translation>
    </message>
    <message>
        <source>There is no picture and no drawing to paste.</source>
        <translation>붙여넣을 이미지나 그림이 없습니다.</translation>
    </message>
    <message>
        <source>This text is neither a picture nor a drawing.</source>
        <translation>이 텍스트는 이미지도 그림도 아닙니다.</translation>
    </message>
    <message>
        <source>the drawing is empty</source>
        <translation>그림이 비어 있습니다</translation>
    </message>
    <message>
        <source>the picture is damaged</source>
        <translation>이미지가 손상되었습니다</translation>
    </message>
    <message>
        <source>there is no such file</source>
        <translation>파일을 찾을 수 없습니다</translation>
    </message>
</context>
<context>
    <name>InkPicture</name>
    <message>
        <source>Which ink mattered</source>
        <extracomment>Width of the panel&apos;s content, and side of the picture, in device-independent pixels. Ink that is worth less than this, in bits, never has its full colour: the odds become four times as high or low, which is little for a network that is sure. From this share of the full colour on, ink that speaks against the answer is hatched.</extracomment>
        <translation>중요했던 부분</translation>
    </message>
    <message>
        <source>for {label}</source>
        <translation>{label} 쪽 근거</translation>
    </message>
    <message>
        <source>against it</source>
        <translation>반대 근거</translation>
    </message>
</context>
<context>
    <name>Lessons</name>
    <message>
        <source>Show me yours</source>
        <translation>필체 보여 주기</translation>
    </message>
    <message>
        <source>Draw {0}, as you write it  ·  {1} of {2}</source>
        <translation>{0}을(를) 평소처럼 그리세요  ·  {1}/{2}</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>다음</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>지우기</translation>
    </message>
    <message>
        <source>Learn from these</source>
        <translation>이것들로 배우기</translation>
    </message>
    <message>
        <source>Do not learn</source>
        <translation>배우지 않기</translation>
    </message>
    <message>
        <source>Scorecard</source>
        <translation>점수표</translation>
    </message>
    <message>
        <source>{0} of {1} are read. Each drawing stands beside the form that was expected, with what it was taken for and how surely.</source>
        <translation>{1}개 중 {0}개를 바르게 읽습니다. 각 그림 옆에 예상한 모양이 있고, 무엇으로 얼마나 확실하게 읽었는지 적혀 있습니다.</translation>
    </message>
</context>
<context>
    <name>MapSheet</name>
    <message>
        <source>Convolution {network}.{number}</source>
        <extracomment>Tiles are as wide as this or a little less, a pixel of a map at most as wide as the second, and the gap between tiles is the third; in device-independent pixels. Shades from paper to ink, and the entry of the colour table for what lies between tiles.</extracomment>
        <translation>합성곱 {network}.{number}</translation>
    </message>
    <message>
        <source>Convolution {number}</source>
        <translation>합성곱 {number}</translation>
    </message>
    <message>
        <source>{count} maps, {height} × {width}</source>
        <translation>특징 맵 {count}개, {height} × {width}</translation>
    </message>
    <message>
        <source>first {count} maps, {height} × {width}</source>
        <translation>처음 {count}개 특징 맵, {height} × {width}</translation>
    </message>
    <message>
        <source>Map {number}, up to {value}</source>
        <translation>특징 맵 {number}, 최댓값 {value}</translation>
    </message>
</context>
<context>
    <name>ModelDialog</name>
    <message>
        <source>Answering output</source>
        <translation>답으로 쓰는 출력</translation>
    </message>
    <message>
        <source>Answers are</source>
        <translation>출력값의 종류</translation>
    </message>
    <message>
        <source>As worked out</source>
        <translation>자동 판별 값으로</translation>
    </message>
    <message>
        <source>Black … white</source>
        <translation>검은색 … 흰색</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Digits are</source>
        <translation>숫자의 색</translation>
    </message>
    <message>
        <source>How {model} is used</source>
        <extracomment>So many reference digits are shown; all that the model was tried on are counted.</extracomment>
        <translation>{model} 사용 방식</translation>
    </message>
    <message>
        <source>Labels</source>
        <translation>클래스 이름</translation>
    </message>
    <message>
        <source>Layout</source>
        <translation>입력 배치</translation>
    </message>
    <message>
        <source>Nearly as good: {scaling}, {ink}.</source>
        <translation>거의 같은 결과: {scaling}, {ink}.</translation>
    </message>
    <message>
        <source>No other way of using the model does as well.</source>
        <translation>이만큼 잘 읽는 다른 사용 방식은 없습니다.</translation>
    </message>
    <message>
        <source>One for each class, with spaces between</source>
        <translation>클래스마다 하나씩, 띄어쓰기로 구분해 입력하세요</translation>
    </message>
    <message>
        <source>Reads {right} of {count} reference digits.</source>
        <translation>기준 숫자 {count}개 중 {right}개를 맞게 읽습니다.</translation>
    </message>
    <message>
        <source>The model&apos;s answers are not numbers.</source>
        <translation>모델의 답이 숫자 값이 아닙니다.</translation>
    </message>
    <message>
        <source>The values of black and of white; others may be typed, such as 0..16</source>
        <translation>검은색과 흰색의 값입니다. 0..16처럼 직접 입력할 수도 있습니다</translation>
    </message>
    <message>
        <source>This is a guess: no way of using the model reads them well.</source>
        <translation>추측한 값입니다. 어떤 방식으로도 잘 읽지 못합니다.</translation>
    </message>
    <message>
        <source>Use</source>
        <translation>사용</translation>
    </message>
    <message>
        <source>any number of images at a time</source>
        <translation>이미지를 한 번에 몇 장이든</translation>
    </message>
    <message>
        <source>black on white</source>
        <translation>흰 바탕에 검은색</translation>
    </message>
    <message>
        <source>changed</source>
        <translation>변경됨</translation>
    </message>
    <message>
        <source>from the file</source>
        <translation>파일에서 읽음</translation>
    </message>
    <message>
        <source>images at a time: {count}</source>
        <translation>이미지를 한 번에 {count}장</translation>
    </message>
    <message>
        <source>logits</source>
        <translation>로짓</translation>
    </message>
    <message>
        <source>class numbers</source>
        <translation>클래스 번호</translation>
    </message>
    <message>
        <source>probabilities</source>
        <translation>확률</translation>
    </message>
    <message>
        <source>white on black</source>
        <translation>검은 바탕에 흰색</translation>
    </message>
    <message>
        <source>worked out</source>
        <translation>자동 판별</translation>
    </message>
    <message>
        <source>{name} ({count} classes)</source>
        <translation>{name}(클래스 {count}개)</translation>
    </message>
</context>
<context>
    <name>Models</name>
    <message>
        <source>&amp;Compare two models</source>
        <translation>두 모델 비교(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;How this model is used…</source>
        <translation>이 모델의 사용 방식(&amp;H)…</translation>
    </message>
    <message>
        <source>&amp;Open a model…</source>
        <translation>모델 열기(&amp;O)…</translation>
    </message>
    <message>
        <source>Clothes</source>
        <translation>옷</translation>
    </message>
    <message>
        <source>Compare &amp;with</source>
        <translation>비교할 모델(&amp;W)</translation>
    </message>
    <message>
        <source>Digits</source>
        <translation>숫자</translation>
    </message>
    <message>
        <source>E&amp;xchange the two models</source>
        <translation>두 모델 맞바꾸기(&amp;X)</translation>
    </message>
    <message>
        <source>Models (*.onnx *.onnx.data)</source>
        <translation>모델 (*.onnx *.onnx.data)</translation>
    </message>
    <message>
        <source>{reason}; {model} reads again</source>
        <translation>{reason}; {model} 모델이 다시 읽습니다</translation>
    </message>
    <message>
        <source>Nothing</source>
        <translation>비교 안 함</translation>
    </message>
    <message>
        <source>Open a model</source>
        <translation>모델 열기</translation>
    </message>
    <message>
        <source>Open a model to compare with</source>
        <translation>비교할 모델 열기</translation>
    </message>
    <message>
        <source>Your last model is not used: {reason}.</source>
        <translation>지난번 모델을 사용할 수 없습니다: {reason}.</translation>
    </message>
    <message>
        <source>Your second model is not used: {reason}.</source>
        <translation>두 번째 모델을 사용할 수 없습니다: {reason}.</translation>
    </message>
    <message>
        <source>{model} is being tried…</source>
        <translation>{model} 시험 중…</translation>
    </message>
    <message>
        <source>{model} reads already; choose another one to compare it with</source>
        <translation>{model} 모델은 이미 사용 중입니다. 비교할 다른 모델을 골라 주세요</translation>
    </message>
</context>
<context>
    <name>PenMenu</name>
    <message>
        <source>Broad</source>
        <translation>굵게</translation>
    </message>
    <message>
        <source>Grey {0} %</source>
        <translation>회색 {0}%</translation>
    </message>
    <message>
        <source>Ink {0} %</source>
        <translation>농도 {0}%</translation>
    </message>
    <message>
        <source>Medium</source>
        <translation>보통</translation>
    </message>
    <message>
        <source>Thin</source>
        <translation>가늘게</translation>
    </message>
    <message>
        <source>Very broad</source>
        <translation>아주 굵게</translation>
    </message>
    <message>
        <source>Very thin</source>
        <translation>아주 가늘게</translation>
    </message>
    <message>
        <source>Width and ink</source>
        <translation>굵기와 농도</translation>
    </message>
</context>
<context>
    <name>PictureView</name>
    <message>
        <source>Picture from {source}</source>
        <extracomment>The box of a picture that is read as it is.</extracomment>
        <translation>이미지 출처: {source}</translation>
    </message>
    <message>
        <source>Click to see the cells that the network sees, and edit them</source>
        <translation>클릭하면 신경망이 보는 칸을 보고 고칠 수 있습니다</translation>
    </message>
    <message>
        <source>no ink was found</source>
        <translation>필기를 찾지 못함</translation>
    </message>
    <message>
        <source>what is in the frame is read</source>
        <translation>테두리 안을 읽습니다</translation>
    </message>
    <message>
        <source>Picture</source>
        <translation>이미지</translation>
    </message>
</context>
<context>
    <name>Preferences</name>
    <message>
        <source>&amp;Language</source>
        <translation>언어(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Theme</source>
        <translation>테마(&amp;T)</translation>
    </message>
    <message>
        <source>Reduce &amp;motion</source>
        <translation>동작 줄이기(&amp;M)</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>어둡게</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>밝게</translation>
    </message>
    <message>
        <source>Like the system</source>
        <translation>시스템 설정에 따름</translation>
    </message>
</context>
<context>
    <name>Preview</name>
    <message>
        <source>What the network sees, 28 by 28 pixels</source>
        <translation>신경망이 보는 이미지, 가로 28픽셀, 세로 28픽셀</translation>
    </message>
    <message>
        <source>What the network sees: your drawing in 28 × 28 pixels</source>
        <translation>신경망이 보는 이미지: 그린 것을 28 × 28픽셀로 줄인 모습</translation>
    </message>
    <message>
        <source>blank</source>
        <translation>비어 있음</translation>
    </message>
    <message>
        <source>shows the drawing</source>
        <translation>그림이 있음</translation>
    </message>
</context>
<context>
    <name>RecentDrawings</name>
    <message>
        <source>Recent drawings are forgotten.</source>
        <translation>최근 그림을 모두 지웠습니다.</translation>
    </message>
    <message>
        <source>The drawing is forgotten.</source>
        <translation>그림을 지웠습니다.</translation>
    </message>
    <message>
        <source>Keep &amp;recent drawings</source>
        <translation>최근 그림 보관(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Forget recent drawings</source>
        <translation>최근 그림 비우기(&amp;F)</translation>
    </message>
</context>
<context>
    <name>RecentsStrip</name>
    <message>
        <source>Recent drawings</source>
        <translation>최근 그림</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>삭제</translation>
    </message>
    <message>
        <source>This is</source>
        <translation>이것은</translation>
    </message>
</context>
<context>
    <name>Recovery</name>
    <message>
        <source>Your drawing is not safe from a crash: {file} cannot be written to ({reason}).</source>
        <translation>그림을 {file}에 저장할 수 없어, 프로그램이 갑자기 종료되면 사라질 수 있습니다({reason}).</translation>
    </message>
    <message>
        <source>Your last drawing cannot be read from {file} ({reason}).</source>
        <translation>지난번 그림을 {file}에서 읽을 수 없습니다({reason}).</translation>
    </message>
    <message>
        <source>Your last drawing is back.</source>
        <translation>지난번 그림을 되살렸습니다.</translation>
    </message>
    <message>
        <source>Your last drawing was damaged; its file is kept as {file}.</source>
        <translation>지난번 그림 파일이 손상되었습니다. 파일은 {file}에 있습니다.</translation>
    </message>
</context>
<context>
    <name>ReferenceTiles</name>
    <message>
        <source>Reference digits and what the model reads</source>
        <extracomment>Side of a tile, in device-independent pixels: each pixel of the image becomes two.</extracomment>
        <translation>기준 숫자와 모델이 읽은 결과</translation>
    </message>
    <message>
        <source>{digit} is read as {answer}</source>
        <translation>{digit}: {answer}(으)로 읽음</translation>
    </message>
</context>
<context>
    <name>Scrubber</name>
    <message>
        <source>Go back in the drawing; Space plays it</source>
        <translation>그린 과정을 되돌려 봅니다. 스페이스바로 재생합니다</translation>
    </message>
    <message>
        <source>{0} of {1} seconds</source>
        <translation>{1}초 중 {0}초</translation>
    </message>
    <message>
        <source>Moment of the drawing</source>
        <extracomment>Steps of the slider to a second of drawing. Milliseconds between two pictures of the replay, and under reduced motion.</extracomment>
        <translation>그리는 과정의 시점</translation>
    </message>
</context>
<context>
    <name>Session</name>
    <message>
        <source>&amp;About digitpad</source>
        <translation>digitpad 정보(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;Keyboard shortcuts</source>
        <translation>키보드 단축키(&amp;K)</translation>
    </message>
    <message>
        <source>The window&apos;s last place was damaged; it opens as at first.</source>
        <translation>창의 지난 위치 정보가 손상되어 처음 상태로 엽니다.</translation>
    </message>
    <message>
        <source>Your settings were damaged and begin anew; the old file is kept as {file}.</source>
        <translation>설정 파일이 손상되어 기본값으로 시작합니다. 이전 파일은 {file}에 있습니다.</translation>
    </message>
</context>
<context>
    <name>Settings</name>
    <message>
        <source>Another program keeps {file} locked; your settings are saved when it is free.</source>
        <extracomment>So many models&apos; conventions are remembered, those set last. So many files of models are offered again, the one used last first. How long a change waits for others before the file is written, in milliseconds. A null as QSettings writes it, which it would write in another form, that is damaged, too.</extracomment>
        <translation>다른 프로그램이 {file}을(를) 잠그고 있습니다. 잠금이 풀리면 설정을 저장합니다.</translation>
    </message>
    <message>
        <source>Your settings cannot be saved in {file}; they hold until you quit.</source>
        <translation>설정을 {file}에 저장할 수 없습니다. 종료할 때까지만 유지됩니다.</translation>
    </message>
</context>
<context>
    <name>Shortcuts</name>
    <message>
        <source>Close</source>
        <translation>닫기</translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>키보드 단축키</translation>
    </message>
</context>
<context>
    <name>Status</name>
    <message>
        <source>Model, device and time of the last reading</source>
        <translation>모델, 장치, 마지막 인식에 걸린 시간</translation>
    </message>
    <message>
        <source>{0} on {1}</source>
        <translation>{0}, {1}에서 실행</translation>
    </message>
    <message>
        <source>{0} and {1} on {2}</source>
        <translation>{0}·{1}, {2}에서 실행</translation>
    </message>
</context>
<context>
    <name>StatusBar</name>
    <message>
        <source>Undo</source>
        <extracomment>Longer names are cut short, in characters.</extracomment>
        <translation>실행 취소</translation>
    </message>
</context>
<context>
    <name>StrokeTiles</name>
    <message>
        <source>One stroke less</source>
        <extracomment>Side of a small picture, in device-independent pixels, and what is left free around the ink. A stroke is painted through at most so many of its points; the picture is small.</extracomment>
        <translation>획 하나를 뺀다면</translation>
    </message>
    <message>
        <source>without stroke {number}: {answer}</source>
        <translation>{number}번째 획을 빼면: {answer}</translation>
    </message>
    <message>
        <source>no digit?</source>
        <translation>숫자 아님?</translation>
    </message>
    <message>
        <source>From two strokes on: what is read without each of them</source>
        <translation>두 획부터, 획을 하나씩 뺐을 때의 결과를 보여 줍니다</translation>
    </message>
</context>
<context>
    <name>Svg</name>
    <message>
        <source>the SVG picture is too large to open</source>
        <extracomment>Most references to other elements: in a chain, each can double what is drawn. Most numbers in paths and polygons: a drawing of 1,500 points saved as SVG has 6,000. Most letters: an outline around each takes ten times as long as a line. Longest side of the picture, in pixels.</extracomment>
        <translation>SVG 이미지가 너무 커서 열 수 없습니다</translation>
    </message>
    <message>
        <source>the SVG picture is damaged or empty</source>
        <translation>SVG 이미지가 손상되었거나 비어 있습니다</translation>
    </message>
    <message>
        <source>the SVG picture has no size that can be drawn</source>
        <translation>SVG 이미지에 그릴 수 있는 크기가 없습니다</translation>
    </message>
    <message>
        <source>the SVG picture defines entities, which digitpad does not read</source>
        <translation>SVG 이미지에 엔티티 정의가 있어 digitpad가 읽지 않습니다</translation>
    </message>
    <message>
        <source>not an SVG picture, or a damaged one</source>
        <translation>SVG 이미지가 아니거나 손상되었습니다</translation>
    </message>
    <message>
        <source>the SVG picture is too complicated to open</source>
        <translation>SVG 이미지가 너무 복잡해서 열 수 없습니다</translation>
    </message>
</context>
<context>
    <name>Teaching</name>
    <message>
        <source>Not a digit</source>
        <translation>숫자가 아님</translation>
    </message>
    <message>
        <source>There is no drawing to learn from</source>
        <translation>배울 그림이 없습니다</translation>
    </message>
    <message>
        <source>Learning is off; Your hand switches it on</source>
        <translation>학습이 꺼져 있습니다. 내 필체에서 켤 수 있습니다</translation>
    </message>
    <message>
        <source>Remembered: {0}, as it was read.</source>
        <translation>기억했습니다: 읽은 대로 {0}입니다.</translation>
    </message>
    <message>
        <source>Learned: this is {0}.</source>
        <translation>배웠습니다: 이것은 {0}입니다.</translation>
    </message>
    <message>
        <source>As before; nothing was learned from it.</source>
        <translation>이전과 같습니다. 이 그림에서 아무것도 배우지 않았습니다.</translation>
    </message>
    <message>
        <source>Th&amp;is is</source>
        <translation>이것은(&amp;I)</translation>
    </message>
</context>
<context>
    <name>Theme</name>
    <message>
        <source>{0} %</source>
        <extracomment>Everything sits on this grid, in device-independent pixels. Ways in which the focus comes by keyboard; what is clicked needs no ring to be found.</extracomment>
        <translation>{0}%</translation>
    </message>
</context>
<context>
    <name>Tools</name>
    <message>
        <source>Broader, or darker cells</source>
        <translation>더 굵게, 칸은 더 짙게</translation>
    </message>
    <message>
        <source>Draw</source>
        <translation>그리기</translation>
    </message>
    <message>
        <source>Erase only what is touched</source>
        <translation>닿은 부분만 지우기</translation>
    </message>
    <message>
        <source>Erase strokes; with Shift, only what is touched</source>
        <translation>획 지우기. Shift를 누르면 닿은 부분만</translation>
    </message>
    <message>
        <source>Eraser</source>
        <translation>지우개</translation>
    </message>
    <message>
        <source>Grid</source>
        <translation>격자</translation>
    </message>
    <message>
        <source>Ink the 28 × 28 cells that the network gets</source>
        <translation>신경망이 받는 28 × 28칸을 직접 칠하기</translation>
    </message>
    <message>
        <source>Less ink</source>
        <translation>더 옅게</translation>
    </message>
    <message>
        <source>More ink</source>
        <translation>더 짙게</translation>
    </message>
    <message>
        <source>Pen</source>
        <translation>펜</translation>
    </message>
    <message>
        <source>Replay the drawing</source>
        <translation>그린 과정 재생</translation>
    </message>
    <message>
        <source>Thinner, or lighter cells</source>
        <translation>더 가늘게, 칸은 더 옅게</translation>
    </message>
</context>
<context>
    <name>Translations</name>
    <message>
        <source>en</source>
        <extracomment>The languages there are; each is named in itself in the window. The code of the language: ko for Korean.</extracomment>
        <translation>ko</translation>
    </message>
</context>
<context>
    <name>Why</name>
    <message>
        <source>Seeing &amp;why</source>
        <translation>판단 근거 보기(&amp;W)</translation>
    </message>
</context>
<context>
    <name>WhyPanel</name>
    <message>
        <source>Seeing why</source>
        <extracomment>Widths in the style sheet, in device-independent pixels.</extracomment>
        <translation>판단 근거</translation>
    </message>
    <message>
        <source>Which ink mattered</source>
        <translation>중요했던 부분</translation>
    </message>
    <message>
        <source>One stroke less</source>
        <translation>획 하나를 뺀다면</translation>
    </message>
    <message>
        <source>Feature maps</source>
        <translation>특징 맵</translation>
    </message>
    <message>
        <source>The feature maps of this model cannot be seen.</source>
        <translation>이 모델의 특징 맵은 볼 수 없습니다.</translation>
    </message>
    <message>
        <source>This model has no convolutions, and so no feature maps.</source>
        <translation>이 모델에는 합성곱이 없어 특징 맵도 없습니다.</translation>
    </message>
    <message>
        <source>Draw, and see which ink speaks for the answer.</source>
        <translation>그림을 그리면 답의 근거가 된 부분을 보여 줍니다.</translation>
    </message>
    <message>
        <source>With this model it cannot be worked out.</source>
        <translation>이 모델로는 알아낼 수 없습니다.</translation>
    </message>
    <message>
        <source>As it stands, this is hardly a digit.</source>
        <translation>지금으로서는 숫자로 보이지 않습니다.</translation>
    </message>
    <message>
        <source>No spot alone matters much for {label}.</source>
        <translation>{label}(으)로 읽는 데 특별히 중요한 부분은 없습니다.</translation>
    </message>
    <message>
        <source>Without the ink {place}, {label} falls from {before} to {after}.</source>
        <translation>{place} 부분을 지우면 {label}의 확률이 {before}에서 {after}(으)로 내려갑니다.</translation>
    </message>
    <message>
        <source>Without the ink {place}, it is hardly a digit.</source>
        <translation>{place} 부분을 지우면 숫자로 보이지 않습니다.</translation>
    </message>
    <message>
        <source>Without the ink {place}, it is read as {other} ({share}).</source>
        <translation>{place} 부분을 지우면 {other}(으)로 읽습니다({share}).</translation>
    </message>
    <message>
        <source>The ink {place} speaks against {label}.</source>
        <translation>{place} 부분은 {label}이(가) 아니라는 근거입니다.</translation>
    </message>
    <message>
        <source>at the top left</source>
        <translation>왼쪽 위</translation>
    </message>
    <message>
        <source>at the top</source>
        <translation>위쪽</translation>
    </message>
    <message>
        <source>at the top right</source>
        <translation>오른쪽 위</translation>
    </message>
    <message>
        <source>at the left</source>
        <translation>왼쪽</translation>
    </message>
    <message>
        <source>in the middle</source>
        <translation>가운데</translation>
    </message>
    <message>
        <source>at the right</source>
        <translation>오른쪽</translation>
    </message>
    <message>
        <source>at the bottom left</source>
        <translation>왼쪽 아래</translation>
    </message>
    <message>
        <source>at the bottom</source>
        <translation>아래쪽</translation>
    </message>
    <message>
        <source>at the bottom right</source>
        <translation>오른쪽 아래</translation>
    </message>
</context>
<context>
    <name>Window</name>
    <message>
        <source>Clear</source>
        <translation>모두 지우기</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>종료</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>다시 실행</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>실행 취소</translation>
    </message>
    <message>
        <source>the model&apos;s answer is not a number</source>
        <translation>모델의 답이 숫자 값이 아닙니다</translation>
    </message>
</context>
</TS>

"""A small sound pack of two lessons, for tests to break."""

from __future__ import annotations

from pathlib import Path

PACK = """\
format_version = 1
id = "tiny"
title = "A tiny pack"
lessons = ["first", "second"]
"""

LESSON = """\
+++
format_version = 1
id = "first"
title = "The first lesson"
summary = "One unit and its weights."
years = "1957-1958"
minutes = 5
objectives = ["Add up weighted inputs."]
terms = [
  { term = "weight", meaning = "how strongly an input counts" },
  { term = "threshold unit", meaning = "a unit with two answers" },
]
covers = [
  { row = 1, slides = "It learns.", fact = "From mistakes.", sources = ["Ros58"] },
  { row = 2, slides = "It is new.", fact = "It was." },
]
prerequisites = []

[[sources]]
key = "Ros58"
citation = "Rosenblatt, F. (1958). The perceptron."

[[sources]]
key = "MP43"
citation = "McCulloch, W. S. and Pitts, W. (1943). A logical calculus."
+++

## A sum

Each input has a [[weight]]. The unit adds *weighted* inputs [MP43] and
compares **the sum** with `0`:

```formula
s = Σᵢ wᵢ · xᵢ + b
where
wᵢ : the weight of input i
xᵢ : input i
b : the bias
s : the weighted sum
```

## An answer

A [[threshold unit]] says yes or no:

- yes, if the sum is 0 or more;
- no, if it is less.

| sum | answer |
|----:|--------|
| −1 | no |
| 2 | yes |

> What is above the line is a yes.

1. Add.
2. Compare.

```
input -> sum -> answer
```
"""

LAB = """\
format_version = 1

[[experiment]]
id = "gate"
title = "Learn a gate"
kind = "perceptron"
about = "A unit learns AND."
seconds = 0.1
data = { name = "gate", options = { gate = "and" } }
model = { learning_rate = 1.0 }
training = { epochs = 50, batch_size = 1, shuffle = false }

[experiment.goal]
when = "errors == 0"
text = "all rows right"

[experiment.prediction]
prompt = "How many mistakes?"

[[experiment.prediction.options]]
text = "few"
when = "updates <= 4"
feedback = "Rows spoil each other."

[[experiment.prediction.options]]
text = "many"
when = "updates > 4"
feedback = "It takes 11."

[[experiment.knobs]]
name = "data.gate"
label = "gate"
values = ["and", "or"]
help = "Which truth table."

[[experiment.claims]]
text = "OR is easy"
expect = "updates == 5 and goal_step < 20"
seeds = 3
at_least = 2
set = { "data.gate" = "or" }

[[experiment]]
id = "net"
title = "Learn XOR"
kind = "network"
about = "Four rows, four hidden units."
seconds = 1
data = { name = "gate", options = { gate = "xor" } }
model = { layers = "dense 4 tanh, dense 1 sigmoid", learning_rate = 0.5 }
training = { epochs = 100, batch_size = 0 }
prediction.prompt = "Will the loss fall?"

[[experiment.prediction.options]]
text = "yes"
when = "loss < first_loss"
feedback = "Downhill."

[[experiment.prediction.options]]
text = "no"
when = "loss >= first_loss"
feedback = "It does."

[[experiment.knobs]]
name = "hidden_units"
label = "hidden units"
values = [2, 4]
help = "How many units."
"""

QUIZ = """\
format_version = 1

[[question]]
kind = "single"
id = "one-of-three"
prompt = "What does a weight do?"
explanation = "It scales an input."
page = "a-sum"

[[question.options]]
text = "It scales"
feedback = "Right."
correct = true

[[question.options]]
text = "It forbids"
feedback = "That was 1943."

[[question.options]]
text = "It waits"
feedback = "There is no time here."

[[question]]
kind = "multiple"
id = "some-of-three"
prompt = "Which are numbers?"
explanation = "Both add up."
page = "a-sum"
options = [
  { text = "weight", feedback = "Yes.", correct = true },
  { text = "bias", feedback = "Yes.", correct = true },
  { text = "mood", feedback = "No." },
]

[[question]]
kind = "numeric"
id = "the-sum"
prompt = "1 + 2?"
explanation = "Count on."
page = "a-sum"
answer = 3
tolerance = 0.5
unit = ""
feedback = "Add them."
slips = [
  { value = 2, feedback = "You multiplied." },
  { value = -1, feedback = "You subtracted." },
]

[[question]]
kind = "ordering"
id = "what-first"
prompt = "Put in order."
explanation = "The answer needs the sum."
page = "an-answer"

[[question.items]]
text = "weigh"
feedback = "Inputs first."

[[question.items]]
text = "add"
feedback = "Then one sum."

[[question.items]]
text = "compare"
feedback = "The answer comes last."

[[question]]
kind = "matching"
id = "pairs"
prompt = "Which goes with which?"
explanation = "A weight scales, a bias shifts."
page = "a-sum"
pairs = [
  { left = "weight", right = "scales", feedback = "It multiplies." },
  { left = "bias", right = "shifts", feedback = "It is added." },
  { left = "unit", right = "answers", feedback = "It compares." },
]
extras = [{ text = "waits", feedback = "Nothing waits." }]

[[question]]
kind = "gap"
id = "word"
prompt = "A weight ___ an input."
explanation = "It multiplies it."
page = "a-sum"
accept = ["scales", "multiplies"]
feedback = "Times the weight."
slips = [{ text = "forbids", feedback = "That was 1943." }]

[[question]]
kind = "truefalse"
id = "true-1"
prompt = "The sum 0 gives a yes."
explanation = "0 or more."
page = "an-answer"
answer = true
if_true = "Yes."
if_false = "0 counts as more."

[[question]]
kind = "trace"
id = "traced"
prompt = "Work it out."
explanation = "Weigh, add, answer."
page = "a-sum"
asks = "output"
layers = "dense 1 relu"
tolerance = 0.01

[[question]]
kind = "predict"
id = "predicted"
prompt = "How will it end?"
explanation = "OR is easy."
page = "an-answer"
experiment = "gate"
set = { "data.gate" = "or" }
options = [
  { text = "five", when = "updates == 5", feedback = "It is so." },
  { text = "others", when = "updates != 5", feedback = "Count again." },
]
"""


def files(second: str = "second") -> dict[str, str]:
    """Name -> text of every file of the sound pack; its second lesson may have another name."""
    lesson = LESSON.replace('id = "first"', f'id = "{second}"').replace("row = ", "row = 1")
    return {
        "pack.toml": PACK.replace("second", second),
        "first/lesson.md": LESSON,
        "first/lab.toml": LAB,
        "first/quiz.toml": QUIZ,
        f"{second}/lesson.md": lesson.replace("prerequisites = []", 'prerequisites = ["first"]'),
        f"{second}/lab.toml": LAB,
        f"{second}/quiz.toml": QUIZ,
    }


def write(root: Path, texts: dict[str, str] | dict[str, bytes]) -> Path:
    """Write the pack below ``root`` and return ``root``."""
    for name, text in texts.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return root

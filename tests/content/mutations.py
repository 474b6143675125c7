"""Ways to break the sound pack, each with the one fault that it must give."""

from __future__ import annotations

from dataclasses import dataclass

from tests.content.pack import files
from tutor.content.fault import Fault
from tutor.content.settings import KNOBS

MD, LAB, QUIZ = "first/lesson.md", "first/lab.toml", "first/quiz.toml"


@dataclass(frozen=True)
class Break:
    """Replace ``old`` by ``new`` in ``file``; the fault is on the first line that contains ``at``."""

    file: str
    old: str
    new: str
    key: str
    message: str
    at: str = ""
    """``new`` if empty."""

    def expected(self, text: str) -> Fault:
        at = self.at or self.new
        line = text[: text.index(at)].count("\n") + 1
        return Fault(self.file, line, self.key, self.message)


_LAST_TWO = files()[QUIZ][files()[QUIZ].index('\n[[question]]\nkind = "trace"') :]

SCHEMA = [
    Break(MD, "minutes = 5", 'minutes = "5"', "minutes", "expected a whole number, got text"),
    Break(MD, "minutes = 5\n", "", "minutes", "missing", at="format_version"),
    Break(MD, "minutes = 5", "minuts = 5", "minuts", "unknown key; did you mean minutes?"),
    Break(MD, "minutes = 5", "minutes = 5\ncolour = 1", "colour", "unknown key", at="colour"),
    Break(MD, 'meaning = "how', 'meening = "how', "terms[0].meening", "unknown key; did you mean meaning?"),
    Break(LAB, "seconds = 0.1", "seconds = true", "experiment[0].seconds",
          "expected a number, got true or false"),
    Break(LAB, "seconds = 1\n", "seconds = inf\n", "experiment[1].seconds", "not a finite number"),
    Break(LAB, "seconds = 1\n", "seconds = nan\n", "experiment[1].seconds", "not a finite number"),
    Break(LAB, "epochs = 100", f"epochs = 1{'0' * 30}", "experiment[1].training.epochs",
          "not a finite number"),
    Break(LAB, 'kind = "network"', 'kind = "forest"', "experiment[1].kind", "invalid enum value 'forest'"),
    Break(LAB, "Which truth table.\"\n", 'Which."\nextra = 1\n',
          "experiment[0].knobs[0].extra", "unknown key", at="extra"),
    Break(QUIZ, 'feedback = "That was 1943."\n', "", "question[0].options[1].feedback", "missing",
          at='[[question.options]]\ntext = "It forbids"'),
    Break(QUIZ, '"That was 1943."', '" "', "question[0].options[1].feedback", "missing: the text is empty",
          at='" "'),
    Break(QUIZ, 'if_true = "Yes."', 'if_true = ""', "question[6].if_true", "missing: the text is empty"),
    Break(QUIZ, 'kind = "ordering"', 'kind = "essay"', "question[3].kind", "invalid value 'essay'"),
    Break(QUIZ, 'kind = "ordering"\n', "", "question[3].kind", "missing",
          at='[[question]]\nid = "what-first"'),
    Break("pack.toml", 'id = "tiny"', "id = 3", "id", "expected text, got a whole number"),
    Break("pack.toml", 'title = "A tiny pack"', 'title = ""', "title", "missing: the text is empty"),
]  # fmt: skip

VERSIONS = [
    Break(file, "format_version = 1", "format_version = 2", "format_version",
          "format 2, and this program reads format 1: update dltutor")
    for file in ("pack.toml", MD, LAB, QUIZ)
] + [
    Break(LAB, "format_version = 1", "format_version = 0", "format_version",
          "format 0, and this program reads format 1: write 1"),
]  # fmt: skip

SYNTAX = [
    Break(LAB, 'id = "gate"', 'id = "gate', "", "not TOML: Illegal character '\\n'"),
    Break(LAB, 'id = "gate"', "id = = 1", "", "not TOML: Invalid value"),
    Break(LAB, 'id = "gate"', 'id = "gate"\nid = "x"', "", "not TOML: Cannot overwrite a value",
          at='id = "x"'),
    Break(QUIZ, "answer = 3\n", f"answer = {'9' * 5000}\n", "",
          "not TOML: Exceeds the limit (4300 digits) for integer string conversion: value has 5000 digits; "
          "use sys.set_int_max_str_digits() to increase the limit", at="format_version"),
    Break(QUIZ, "answer = 3\n", f"answer = {'[' * 20_000}\n", "", "nested too deeply", at="format_version"),
    Break(LAB, "A unit learns AND.", "A \x1b[31munit", "", "not TOML: Illegal character '\\x1b'"),
    Break(LAB, 'id = "gate"', f"a{'.a' * 20_000} = 1", "", "nested too deeply"),
    Break(LAB, "A unit learns AND.", "A \\u001b[31munit", "experiment[0].about",
          "control characters are not allowed: U+001B"),
    Break(LAB, "A unit learns AND.", "A \u202eunit", "experiment[0].about",
          "control characters are not allowed: U+202E"),
    Break(MD, "What is above", "What \x9b31m is above", "", "control characters are not allowed: U+009B"),
    Break(MD, "What is above", "What \u200b is above", "", "control characters are not allowed: U+200B"),
]  # fmt: skip

PROSE = [
    Break(MD, "[[weight]]", "[[wait]] [[weight]]", "a-sum", "[[wait]] is not among the lesson's terms"),
    Break(MD, "A [[threshold unit]]", "A threshold unit", "terms[1].term",
          "no page marks it: write [[threshold unit]] where it is explained", at="{ term = \"threshold unit"),
    Break(MD, "[MP43] and", "[MP43] [Xyz99] and", "a-sum", "[Xyz99] is not among the lesson's sources"),
    Break(MD, " [MP43] and", " and", "sources[1].key", "nothing cites it: write [MP43]", at='key = "MP43"'),
    Break(MD, 'sources = ["Ros58"]', 'sources = ["Ros58", "Nov62"]', "covers[0].sources[1]",
          "[Nov62] is not among the lesson's sources"),
    Break(QUIZ, "Count on.", "Count on [Nov62].", "question[2].explanation",
          "[Nov62] is not among the lesson's sources"),
    Break(MD, 'objectives = ["Add up weighted inputs."]', "objectives = []", "objectives",
          "a lesson needs at least one"),
    Break(MD, "minutes = 5", "minutes = 0", "minutes", "must be at least 1"),
    Break(MD, "row = 2,", "row = 0,", "covers[1].row", "must be at least 1"),
    Break(MD, "row = 2,", "row = 1,", "covers[1].row", "row 1 stands in the list already",
          at="row = 1, slides = \"It is"),
    Break(MD, '{ term = "threshold', '{ term = "Weight", meaning = "again" },\n  { term = "threshold',
          "terms[1].term",
          "the same term as on line 10: 'Weight'", at="Weight"),
    Break(MD, "## An answer", "## A sum!\n\nMore.\n\n## An answer", "a-sum",
          "a second page with the id 'a-sum', as on line 28"),
    Break(MD, "## A sum\n", "Hello\n\n## A sum\n", "", "text before the first '## Title'", at="Hello"),
    Break(MD, "> What is", "### What is", "an-answer", "headings inside a page cannot be shown on a page"),
    Break(MD, "> What is", "<b>What</b> is", "an-answer", "HTML cannot be shown on a page"),
    Break(MD, "> What is", "![What](x.png) is", "an-answer", "images cannot be shown on a page"),
    Break(MD, "> What is", "[What](http://x) is", "an-answer", "links cannot be shown on a page"),
    Break(MD, "> What is", "---\n\nWhat is", "an-answer", "rules cannot be shown on a page",
          at="---\n\nWhat"),
    Break(MD, "input -> sum", "input " + "-" * 80 + "> sum", "an-answer",
          "a line of code is 101 columns wide, and 76 fit"),
    Break(MD, "| 2 | yes |", f"| 2 | {'yes' * 30} |", "an-answer", "the table is 95 columns wide, and 76 fit",
          at="| sum |"),
    Break(MD, "b : the bias\n", "", "a-sum", "the symbol b is not explained after 'where'", at="s = Σᵢ"),
    Break(MD, "b : the bias", "b, q : the bias", "a-sum", "explains q, which the formula does not use"),
    Break(MD, "b : the bias", "b : the bias\nnonsense", "a-sum", "write 'symbol : meaning'", at="nonsense"),
    Break(MD, "> What is", "- one\n" * 8 + "\n> What is", "an-answer",
          "the page takes 25 lines, and 18 fit: divide it", at="## An answer"),
    Break(MD, "```\ninput", "## Nothing\n\n## Code\n\n```\ninput", "nothing", "the page is empty",
          at="## Nothing"),
]  # fmt: skip

EXPERIMENTS = [
    Break(LAB, 'when = "errors == 0"', 'when = "errors = 0"', "experiment[0].goal.when",
          "cannot read the condition 'errors = 0'; write it like \"accuracy >= 0.95\""),
    Break(LAB, 'when = "errors == 0"', 'when = "goal_step < 3"', "experiment[0].goal.when",
          "'goal_step' means nothing here: it needs a goal that was set before"),
    Break(LAB, 'when = "updates <= 4"', 'when = "loss <= 4"', "experiment[0].prediction.options[0].when",
          "a run of kind 'perceptron' has no quantity 'loss'"),
    Break(LAB, 'when = "loss < first_loss"', 'when = "bound < 9"', "experiment[1].prediction.options[0].when",
          "a run of kind 'network' has no quantity 'bound'"),
    Break(LAB, 'when = "loss < first_loss"', 'when = "gain > 0"', "experiment[1].prediction.options[0].when",
          "'gain' means nothing here: it needs a source task (transfer)"),
    Break(LAB, 'when = "loss < first_loss"', 'when = "goal_step < 9"',
          "experiment[1].prediction.options[0].when",
          "'goal_step' means nothing here: it needs a goal that was set before"),
    Break(LAB, 'text = "many"', 'text = "Few"', "experiment[0].prediction.options[1].text",
          "the same text as on line 21: 'Few'"),
    Break(LAB, 'id = "net"', 'id = "gate"', "experiment[1].id", "the same experiment as on line 4: 'gate'",
          at='id = "gate"\ntitle = "Learn XOR"'),
    Break(LAB, 'id = "net"', 'id = "The net"', "experiment[1].id",
          "an id is made of small letters, digits and hyphens"),
    Break(LAB, 'name = "hidden_units"', 'name = "size"', "experiment[1].knobs[0]",
          "there is no knob 'size'; knobs are: " + ", ".join(KNOBS) + ", data.OPTION, transfer.data.OPTION",
          at='[[experiment.knobs]]\nname = "size"'),
    Break(LAB, "values = [2, 4]", "values = [2, 3]", "experiment[1].knobs[0]",
          "the knob hidden_units lacks the experiment's own value 4; its values must include it",
          at='[[experiment.knobs]]\nname = "hidden_units"'),
    Break(LAB, "values = [2, 4]", "values = [4, 2, 4]", "experiment[1].knobs[0].values[2]",
          "the value 4 comes twice"),
    Break(LAB, "values = [2, 4]", "values = [4]", "experiment[1].knobs[0].values", "needs at least 2 values"),
    Break(LAB, 'set = { "data.gate" = "or" }', 'set = { "data.gate" = "xor" }',
          "experiment[0].claims[0].set.data.gate",
          "the knob has no value 'xor'; it has and, or"),
    Break(LAB, 'set = { "data.gate" = "or" }', "set = { momentum = 0.5 }",
          "experiment[0].claims[0].set.momentum",
          "the experiment has no knob 'momentum'"),
    Break(LAB, "at_least = 2", "at_least = 4", "experiment[0].claims[0].at_least",
          "must lie between 1 and the 3 seeds"),
    Break(LAB, "seeds = 3", "seeds = 0", "experiment[0].claims[0].seeds", "must be at least 1"),
    Break(LAB, "epochs = 50", "epochs = 0", "experiment[0].training.epochs", "must be at least 1"),
    Break(LAB, "batch_size = 1", "batch_size = -1", "experiment[0].training.batch_size",
          "must be at least 1, or 0 for all examples"),
    Break(LAB, "learning_rate = 0.5", "learning_rate = 0", "experiment[1].model.learning_rate",
          "must be more than 0"),
    Break(LAB, "learning_rate = 0.5", "momentum = 1", "experiment[1].model.momentum",
          "must be at least 0 and less than 1"),
    *(Break(LAB, "learning_rate = 0.5", f"{name} = {value}", f"experiment[1].model.{name}", message)
      for name, value, message in [("weight_decay", -0.1, "must not be negative"),
                                   ("l2", -1, "must not be negative"),
                                   ("global_clipnorm", -1, "must not be negative"),
                                   ("gibbs_steps", 0, "must be at least 1")]),
    *(Break(LAB, "batch_size = 1", f"{name} = {value}", f"experiment[0].training.{name}", message)
      for name, value, message in [("patience", -1, "must be at least 1, or 0 for none"),
                                   ("shift", -1, "must not be negative"),
                                   ("rotate", -0.5, "must not be negative"),
                                   ("noise", -0.5, "must not be negative"),
                                   ("pretraining", -1, "must be at least 1, or 0 for none"),
                                   ("pretraining", 5, "only the hidden layers of a network are pretrained")]),
    *(Break(LAB, 'name = "gate"', f'name = "gate", {name} = {value}', f"experiment[0].data.{name}", message)
      for name, value, message in [("examples", -1, "must be at least 1, or 0 for all examples"),
                                   ("input_scale", 0, "must be more than 0"),
                                   ("shuffled_labels", 1.5, "must lie between 0 and 1")]),
    Break(LAB, "values = [2, 4]", 'values = [2, 4]\nnames = ["two"]', "experiment[1].knobs[0].names",
          "1 names for 2 values: give one for each, or none", at='names = ["two"]'),
    Break(LAB, "values = [2, 4]", 'values = [2, 4]\nnames = ["two", "Two"]',
          "experiment[1].knobs[0].names[1]",
          "the same name as on line 68: 'Two'", at='names = ["two", "Two"]'),
    Break(LAB, "[experiment.goal]", "[experiment.goal]\nseeds = 0", "experiment[0].goal.seeds",
          "must be at least 1", at="seeds = 0\n"),
    Break(LAB, "[experiment.goal]", "[experiment.goal]\nseeds = 5\nat_least = 6",
          "experiment[0].goal.at_least",
          "must lie between 1 and the 5 seeds, or be 0 for all", at="at_least = 6"),
    Break(LAB, "seconds = 0.1", "seconds = 0", "experiment[0].seconds", "must be more than 0"),
]  # fmt: skip

QUESTIONS = [
    Break(QUIZ, 'text = "It forbids"', 'text = "it  scales"', "question[0].options[1].text",
          "the same text as on line 11: 'it  scales'"),
    Break(QUIZ, "correct = true\n", "", "question[0].options", "needs exactly one correct option, and has 0",
          at="[[question.options]]"),
    Break(QUIZ, '"That was 1943."', '"That was 1943."\ncorrect = true', "question[0].options",
          "needs exactly one correct option, and has 2", at="[[question.options]]"),
    Break(QUIZ, '\n[[question.options]]\ntext = "It waits"\nfeedback = "There is no time here."\n', "",
          "question[0].options", "needs at least 3 options", at="[[question.options]]"),
    Break(QUIZ, '"No." }', '"No.", correct = true }', "question[1].options",
          "needs at least one wrong option",
          at="options = ["),
    Break(QUIZ, "tolerance = 0.5", "tolerance = -1", "question[2].tolerance", "must not be negative"),
    Break(QUIZ, "value = 2,", "value = 2.5,", "question[2].slips[0].value",
          "2.5 lies within the tolerance: it would be right"),
    Break(QUIZ, "value = -1,", "value = 2.0,", "question[2].slips[1].value",
          "a second slip with the value 2"),
    Break(QUIZ, '[[question.items]]\ntext = "add"\nfeedback = "Then one sum."\n', "", "question[3].items",
          "needs at least 3 items", at="[[question.items]]"),
    Break(QUIZ, 'text = "add"', 'text = "weigh"', "question[3].items[1].text",
          "the same text as on line 58: 'weigh'",
          at='text = "weigh"\nfeedback = "Then'),
    Break(QUIZ, 'text = "weigh"', 'text = "weigh"\nfeedback = "x"\n' + "".join(
              f'[[question.items]]\ntext = "{n}"\nfeedback = "x"\n' for n in range(4)) +
          '[[question.items]]\ntext = "again"',
          "question[3].items", "8 items, and there are letters for 7", at="[[question.items]]"),
    Break(QUIZ, 'id = "what-first"', 'id = "what-first"\nexperiment = "gates"', "question[3].experiment",
          "no experiment of the lesson has the id 'gates'", at='experiment = "gates"'),
    Break(QUIZ, 'id = "what-first"', 'id = "what-first"\nhints = ["Look.", " "]', "question[3].hints[1]",
          "missing: the text is empty", at="hints = ["),
    Break(QUIZ, 'when = "updates == 5"', 'when = "loss < 0.1"', "question[8].options[0].when",
          "a run of kind 'perceptron' has no quantity 'loss'"),
    Break(QUIZ, 'set = { "data.gate" = "or" }', 'set = { "data.gate" = "xor" }', "question[8].set.data.gate",
          "the knob has no value 'xor'; it has and, or"),
    Break(QUIZ, 'experiment = "gate"\n', "", "question[8].experiment",
          "missing: which experiment is to be run?", at='[[question]]\nkind = "predict"'),
    Break(QUIZ, "tolerance = 0.01", "tolerance = 0", "question[7].tolerance", "must be more than 0",
          at="tolerance = 0\n"),
    Break(QUIZ, 'asks = "output"', 'asks = "bias"', "question[7].asks", "invalid enum value 'bias'"),
    Break(QUIZ, 'page = "an-answer"', 'page = "an-anser"', "question[3].page",
          "no page of the lesson has the id 'an-anser'"),
    Break(QUIZ, 'id = "traced"', 'id = "true-1"', "question[7].id",
          "the same question as on line 94: 'true-1'",
          at='id = "true-1"\nprompt = "Work'),
    Break(QUIZ, '  { left = "unit", right = "answers", feedback = "It compares." },\n', "",
          "question[4].pairs", "needs at least 3 pairs", at="pairs = ["),
    Break(QUIZ, 'left = "bias"', 'left = "Weight"', "question[4].pairs[1].left",
          "the same left side as on line 76: 'Weight'"),
    Break(QUIZ, 'right = "shifts"', 'right = "scales"', "question[4].pairs[1].right",
          "the same right side as on line 76: 'scales'", at='left = "bias"'),
    Break(QUIZ, 'extras = [{ text = "waits"', 'extras = [{ text = "shifts"', "question[4].extras[0].text",
          "the same right side as on line 77: 'shifts'"),
    Break(QUIZ, "extras = [", "extras = [\n" + "".join(
              f'  {{ text = "{n}", feedback = "no" }},\n' for n in range(5)), "question[4].pairs",
          "9 right sides, and there are letters for 7", at="pairs = ["),
    Break(QUIZ, "A weight ___ an", "A weight times an", "question[5].prompt", "mark the gap once, by ___"),
    Break(QUIZ, "A weight ___ an", "___ and ___ an", "question[5].prompt", "mark the gap once, by ___"),
    Break(QUIZ, 'accept = ["scales", "multiplies"]', "accept = []", "question[5].accept",
          "needs at least one spelling"),
    Break(QUIZ, '"multiplies"]', '"multi-plies", "Multiplies"]', "question[5].accept[2]",
          "counts as the word on line 88: 'Multiplies'"),
    Break(QUIZ, 'text = "forbids"', 'text = "SCALES"', "question[5].slips[0].text",
          "counts as the word on line 88: 'SCALES'"),
    Break(QUIZ, 'accept = ["scales", ', 'accept = ["scales", "h", ', "question[5].accept[1]",
          "a single letter is a command where the quiz is typed line by line"),
    Break(QUIZ, _LAST_TWO, "", "question",
          "7 questions, and a lesson needs at least 8", at="[[question]]"),
]  # fmt: skip

ORDER = [
    Break("pack.toml", '"second"]', '"second", "third"]', "lessons[2]", "there is no folder 'third'"),
    Break("pack.toml", '"second"]', '"second", "first"]', "lessons[2]",
          "the same lesson as on line 4: 'first'"),
    Break(MD, "prerequisites = []", 'prerequisites = ["zeroth"]', "prerequisites[0]",
          "there is no lesson 'zeroth' in this pack"),
    Break(MD, "prerequisites = []", 'prerequisites = ["first"]', "prerequisites[0]",
          "circular: first needs first"),
    Break(MD, 'id = "first"', 'id = "fist"', "id", "is 'fist', and the folder is 'first'"),
]  # fmt: skip

ALL = SCHEMA + VERSIONS + SYNTAX + PROSE + EXPERIMENTS + QUESTIONS + ORDER

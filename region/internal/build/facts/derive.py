"""Derives the character facts of the region table: readings.tsv, alikes.tsv, fold.tsv (see ../../../data/SOURCES.md).

Run by hand when a new character enters the names; the three files are committed, so the Go generator needs no Python.

    pip install pypinyin pillow numpy opencc-python-reimplemented
    python3 derive.py SHARED_REGION_FOLDER SERIF_CJK_FONT SANS_CJK_FONT

- fold.tsv: every traditional or variant character with one simplified form, from the OpenCC character table
  (Apache-2.0), limited to one-to-one facts; both sides of a comparison are folded, so a lossy pair does no harm.
- readings.tsv: syllables without tones of the GB 2312 characters and those in names (pypinyin, MIT).
- alikes.tsv: for each character of a division name above the town, the characters whose printed shape is
  nearest. The shapes are compared here, bitmap by bitmap; nothing of the fonts is kept.
"""
import csv
import os
import sys

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from pypinyin import Style, pinyin

SIZE, KEEP = 40, 12

# Japanese forms of characters, which input methods and copied pages bring along.
JAPANESE = [
    ("広", "广"),
    ("県", "县"),
    ("鉄", "铁"),
    ("辺", "边"),
    ("沢", "泽"),
    ("竜", "龙"),
    ("黒", "黑"),
    ("斉", "齐"),
    ("徳", "德"),
    ("関", "关"),
    ("蔵", "藏"),
    ("鉱", "矿"),
    ("総", "总"),
    ("団", "团"),
    ("図", "图"),
    ("楽", "乐"),
    ("満", "满"),
    ("塩", "盐"),
    ("恵", "惠"),
    ("歩", "步"),
    ("浜", "滨"),
    ("渓", "溪"),
    ("瀬", "濑"),
    ("穂", "穗"),
    ("経", "经"),
    ("荘", "庄"),
    ("薬", "药"),
    ("豊", "丰"),
    ("転", "转"),
    ("険", "险"),
    ("霊", "灵"),
    ("頼", "赖"),
    ("駅", "驿"),
    ("亀", "龟"),
    ("剣", "剑"),
    ("労", "劳"),
    ("単", "单"),
    ("厳", "严"),
    ("営", "营"),
    ("圏", "圈"),
    ("売", "卖"),
    ("変", "变"),
    ("専", "专"),
    ("帯", "带"),
    ("応", "应"),
    ("戦", "战"),
    ("桜", "樱"),
    ("栄", "荣"),
    ("涙", "泪"),
    ("滝", "泷"),
    ("猟", "猎"),
    ("発", "发"),
    ("稲", "稻"),
    ("繊", "纤"),
    ("芸", "艺"),
    ("蛍", "萤"),
    ("覚", "觉"),
    ("訳", "译"),
    ("読", "读"),
    ("譲", "让"),
    ("賛", "赞"),
    ("軽", "轻"),
    ("遅", "迟"),
    ("醸", "酿"),
    ("銭", "钱"),
    ("鋳", "铸"),
    ("隠", "隐"),
    ("雑", "杂"),
    ("顕", "显"),
    ("騨", "驒"),
    ("髪", "发"),
    ("鶏", "鸡"),
    ("麺", "面"),
]


def names(folder):
    """Yields (name, level) of every present and past division and town."""
    with open(os.path.join(folder, "divisions_current.tsv"), encoding="utf-8") as f:
        for row in csv.DictReader(f, delimiter="\t"):
            yield row["name"], row["level"]
    with open(os.path.join(folder, "history_areacodes_1981_2024.csv"), encoding="utf-8-sig") as f:
        for row in csv.DictReader(f):
            yield row["名称"], "county"
    with open(os.path.join(folder, "towns.tsv"), encoding="utf-8") as f:
        for row in csv.DictReader(f, delimiter="\t"):
            yield row["name"], "town"


def gb2312():
    for hi in range(0xB0, 0xF8):
        for lo in range(0xA1, 0xFF):
            try:
                yield bytes([hi, lo]).decode("gb2312")
            except UnicodeDecodeError:
                pass


def han(c):
    return "\u3400" <= c <= "\u9fff"


def shapes(chars, font):
    out = np.zeros((len(chars), SIZE * SIZE), dtype=np.float32)
    for i, c in enumerate(chars):
        im = Image.new("L", (SIZE, SIZE), 0)
        ImageDraw.Draw(im).text((0, -SIZE // 5), c, font=font, fill=255)
        a = np.asarray(im, dtype=np.float32)
        # A small blur makes a stroke that sits one pixel lower count as the same stroke.
        p = np.pad(a, 1)
        a = sum(p[y : y + SIZE, x : x + SIZE] for y in range(3) for x in range(3)) / 9
        a = a.ravel() - a.mean()
        n = np.linalg.norm(a)
        out[i] = a / n if n else a
    return out


def main():
    folder, serif, sans = sys.argv[1:4]
    here = os.path.dirname(os.path.abspath(__file__))
    upper, every = set(), set()
    for name, level in names(folder):
        cs = {c for c in name if han(c)}
        every |= cs
        if level != "town":
            upper |= cs
    common = sorted(set(gb2312()) | {c for c in every})

    import opencc

    path = os.path.join(os.path.dirname(opencc.__file__), "dictionary", "TSCharacters.txt")
    keep_traditional = set("乾")  # 乾县, 乾安县, 乾潭镇: as a name character it is not 干; both sides keep it
    with open(path, encoding="utf-8") as f, open(os.path.join(here, "fold.tsv"), "w", encoding="utf-8") as out:
        out.write("traditional\tsimplified\n")
        for line in f:
            k, v = line.rstrip("\n").split("\t")
            v = v.split(" ")[0]
            if len(k) == 1 and len(v) == 1 and k != v and k not in keep_traditional and han(k) and han(v):
                out.write(f"{k}\t{v}\n")
        for k, v in zip("峯濶衞羣亷栢邨舖鷄麪臯嶽啟証沖凈龢珎甯崐菓塚彜寗燬", "峰阔卫群廉柏村铺鸡面皋岳启证冲净和珍宁昆果冢彝宁毁"):
            out.write(f"{k}\t{v}\n")
        out.writelines(f"{k}\t{v}\n" for k, v in JAPANESE)

    with open(os.path.join(here, "readings.tsv"), "w", encoding="utf-8") as out:
        out.write("char\tsyllables\n")
        for c in common:
            s = pinyin(c, style=Style.NORMAL, heteronym=True, v_to_u=False, errors="ignore")
            if s and s[0]:
                out.write(c + "\t" + " ".join(dict.fromkeys(s[0])) + "\n")

    fonts = [ImageFont.truetype(serif, SIZE - 2, index=2), ImageFont.truetype(sans, SIZE - 2, index=2)]
    sims = None
    targets = sorted(upper)
    index = {c: i for i, c in enumerate(common)}
    for font in fonts:
        m = shapes(common, font)
        s = m[[index[c] for c in targets]] @ m.T
        sims = s if sims is None else (sims + s) / 2
    with open(os.path.join(here, "alikes.tsv"), "w", encoding="utf-8") as out:
        out.write("char\tlooks like\n")
        for i, c in enumerate(targets):
            order = np.argsort(-sims[i])
            near = [common[j] for j in order[: KEEP + 1] if common[j] != c and sims[i][j] > 0.52][:KEEP]
            if near:
                out.write(c + "\t" + "".join(near) + "\n")


main()

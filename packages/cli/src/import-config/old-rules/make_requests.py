"""Writes requests.fixture.json: the requests that the old rules make of config.fixture.yaml.

Run once with python3 and PyYAML; the rows and the rules stand below.
"""

import json
import pathlib

import yaml

HERE = pathlib.Path(__file__).parent

NASTY = [
    "A dog on a beach",
    "",
    "  white space at both ends \n\n",
    "{braces} {{ double }} {% raw %} {{{ }}} {0} %}",
    "quotes \" ' ` and \\ back\\nslashes",
    "ünïcödé 😀 漢字 \u00a0\u2003",
    "colons: a: b\n- list: |\n  # comment",
    "tab\tand\r\nline breaks\n",
    "[Image](https://example.org/?a=1&b={c})",
]


def rows():
    for position, text in enumerate(NASTY):
        other = NASTY[(position + 3) % len(NASTY)]
        fields = {
            "image_path": f"images/{position}.jpg",
            "image_url": f"https://example.org/images/{position}.jpg?size={{large}}",
            "caption": text,
            "title": other,
            "body_text": f"{text}\n{other}",
            "body text": other,
            "2nd": "second",
            "empty": "the field empty",
            "true": "the field true",
            "and": "the field and",
            "nil": "the field nil",
            "caption-en": text,
            "título": other,
            "it's": "its",
            "context": "a field called context",
            "for": "the field for",
            "size": "the field size",
            "short": "abcdefg",
            "number": position,
            "tags": [text, "second tag"],
            "meta": {"author": other, "first name": "Ada", "deep": ["down"]},
            "generated_caption": f"{other}!",
            "cleaned_caption": text,
        }
        turns = [{"question": f"{text}?", "answer": other}, {"question": "Why?", "answer": text}, {"question": other, "answer": ""}]
        # Only a step that asks questions can do without it.
        lacks = ["cleaned_caption"] if position == 4 else []
        yield {"fields": fields, "turns": turns[: position % 4], "open": f"And {other}?", "lacks_in_questions": lacks}


def merged(item, response_key, text):
    """How an answer to a step of a dialogue came into its row."""
    role = "question" if "question" in response_key else "answer"
    turns = item.setdefault("question_and_answers", {})
    number = len(turns) // 2
    item["dialogue_history"] = item.get("dialogue_history", "") + f"{role}_{number}: {text}\n"
    turns[f"{role}_{number}"] = text


def row_before(row, step):
    item = json.loads(json.dumps(row["fields"]))
    if step in BEFORE_DIALOGUE:
        return item
    for turn in row["turns"]:
        merged(item, "question", turn["question"])
        merged(item, "answer", turn["answer"])
    if "question" in step:
        for field in row["lacks_in_questions"]:
            del item[field]
    if step == "answer":
        merged(item, "question", row["open"])
    # A dynamic step needs the field; it is there once a question was asked.
    item.setdefault("dialogue_history", "")
    return item


BEFORE_DIALOGUE = ["clean_pii", "odd_braces", "odd_names", "only_field", "caption_images"]


def user_text(step, prompt, item):
    if "question" not in step:
        return prompt.format(**item)
    context = item.get("cleaned_caption", "") + "\n" + item["generated_caption"]
    return prompt.format(dialogue_history=item.get("dialogue_history", ""), context=context).strip()


def request(config, step, item):
    settings = config[step]
    text = user_text(step, settings["user"], item)
    content = text
    if "question" in step or settings.get("is_multimodal", True):
        image = {"type": "image_url", "image_url": {"url": item["image_url"]}}
        content = [image, {"type": "text", "text": text}]
    messages = [{"role": "system", "content": settings["system"].strip()}, {"role": "user", "content": content}]
    body = {"model": config["model"], "messages": messages}
    return {"custom_id": item["image_path"], "method": "POST", "url": "/v1/chat/completions", "body": body}


def main():
    config = yaml.safe_load((HERE / "config.fixture.yaml").read_text(encoding="utf-8"))
    steps = [name for name, value in config.items() if isinstance(value, dict)]
    all_rows = list(rows())
    requests = {step: [request(config, step, row_before(row, step)) for row in all_rows] for step in steps}
    written = {"rows": all_rows, "requests": requests}
    (HERE / "requests.fixture.json").write_text(json.dumps(written, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


main()

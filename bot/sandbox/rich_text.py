"""The rich_text block: sections, lists, quotes and preformatted text of inline elements."""

from bot.sandbox.check import Check, among, boolean, integer, items, shape, string, tagged

MARKS = shape({}, {"bold": boolean, "italic": boolean, "strike": boolean, "code": boolean})
STYLED: dict[str, Check] = {"style": MARKS}
TEXT = shape({"text": string(3000)}, STYLED)
LINK = shape({"url": string(3000)}, {"text": string(3000), "unsafe": boolean, **STYLED})
INLINE = tagged(
    {
        "text": TEXT,
        "link": LINK,
        "emoji": shape({"name": string(255)}, {"unicode": string(255), **STYLED}),
        "user": shape({"user_id": string(255)}, STYLED),
        "channel": shape({"channel_id": string(255)}, STYLED),
        "usergroup": shape({"usergroup_id": string(255)}, STYLED),
        "broadcast": shape({"range": among("here", "channel", "everyone")}, STYLED),
        "date": shape(
            {"timestamp": integer(0, 10**10), "format": string(255)},
            {"url": string(3000), "fallback": string(255), **STYLED},
        ),
    }
)
BORDER: dict[str, Check] = {"border": integer(0, 1)}
SECTION = shape({"elements": items(INLINE, 0, 1000)})
RICH_TEXT = items(
    tagged(
        {
            "rich_text_section": SECTION,
            "rich_text_quote": shape({"elements": items(INLINE, 0, 1000)}, BORDER),
            "rich_text_preformatted": shape(
                {"elements": items(tagged({"text": TEXT, "link": LINK}), 0, 1000)},
                {**BORDER, "language": string(255)},
            ),
            "rich_text_list": shape(
                {
                    "style": among("bullet", "ordered"),
                    "elements": items(tagged({"rich_text_section": SECTION}), 1, 1000),
                },
                {"indent": integer(0, 8), "offset": integer(0, 10_000), **BORDER},
            ),
        }
    ),
    0,
    1000,
)

"""Block Kit judged by others: ``slackblocks`` (limits, shapes, surfaces) and slack_sdk's models.

Strategy: slackblocks reads few of its own forms back, but its constructors check what they are
given; so our JSON is built up again from its objects, and what these make of it must be what we
sent.  A key or a kind that it does not know, or a limit of its own table, ends the test.
"""

from collections.abc import Callable, Mapping
from typing import Any

import slackblocks as sb
from slack_sdk.models.blocks import Block as SdkBlock
from slackblocks.rich_text.objects import RichTextCodeBlock

Json = dict[str, Any]
Make = Callable[..., Any]

_BLOCKS: Mapping[str, Make] = {
    "header": sb.HeaderBlock,
    "section": sb.SectionBlock,
    "context": sb.ContextBlock,
    "divider": sb.DividerBlock,
    "actions": sb.ActionsBlock,
    "input": sb.InputBlock,
    "rich_text": sb.RichTextBlock,
    "button": sb.Button,
    "overflow": sb.OverflowMenu,
    "static_select": sb.StaticSelectMenu,
    "users_select": sb.UserSelectMenu,
    "datepicker": sb.DatePicker,
    "plain_text_input": sb.PlainTextInput,
    "radio_buttons": sb.RadioButtonGroup,
    "rich_text_section": sb.RichTextSection,
    "rich_text_preformatted": RichTextCodeBlock,
    "rich_text_list": sb.RichTextList,
    "plain_text": sb.PlainText,
    "mrkdwn": sb.Markdown,
    "text": lambda text, style=None: _text(text, style),
}
_UNNAMED: Mapping[str, Make] = {
    "deny": sb.ConfirmationDialogue,
    "label": sb.OptionGroup,
    "value": sb.Option,
}
"""Objects without a type, by a key that only they have, in this order."""
_DEFAULTS = {"emoji": False, "optional": False, "indent": 0, "offset": 0, "border": 0}
"""What slackblocks leaves out because it is what Slack takes when it is left out."""


def judge_message(message: Mapping[str, Any]) -> None:
    """A message as both others take it; raises what they raise, or AssertionError."""
    blocks = message.get("blocks") or []
    made = sb.Message("C0ANY", text=message["text"], blocks=_all(blocks))
    _same(made.to_dict()["blocks"] if blocks else [], blocks)
    _models(blocks)


def judge_view(view: Mapping[str, Any]) -> None:
    """A modal or Home tab as both others take it; raises what they raise, or AssertionError."""
    given = {key: _built(each) for key, each in view.items() if key != "type"}
    kind = sb.ModalView if view["type"] == "modal" else sb.HomeTabView
    _same(kind(**given).to_dict(), view)
    _models(view["blocks"])


def _all(blocks: list[Json]) -> list[Any]:
    return [_built(each) for each in blocks]


def _built(value: Any) -> Any:
    """JSON as the objects of slackblocks."""
    if isinstance(value, list):
        return _all(value)
    if not isinstance(value, dict):
        return value
    given = {key: _built(each) for key, each in value.items() if key != "type"}
    if "type" in value:
        return _BLOCKS[value["type"]](**given)
    for key, kind in _UNNAMED.items():
        if key in value:
            return kind(**given)
    return given


def _text(text: str, style: Json | None = None) -> sb.RichText:
    return sb.RichText(text, **(style or {}))


def _same(made: Any, sent: Any) -> None:
    """Everything that was sent came out again, and nothing else."""
    assert _bare(made) == _bare(sent)


def _bare(value: Any) -> Any:
    """JSON without defaults and without the block ids that slackblocks makes up."""
    if isinstance(value, list):
        return [_bare(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        key: _bare(each)
        for key, each in value.items()
        if key != "block_id" and (key not in _DEFAULTS or each != _DEFAULTS[key])
    }


def _models(blocks: list[Json]) -> None:
    """slack_sdk's models: weaker, but Slack's own."""
    for block, made in zip(blocks, SdkBlock.parse_all(blocks), strict=True):
        assert made is not None, f"slack_sdk knows no {block['type']}"
        made.validate_json()

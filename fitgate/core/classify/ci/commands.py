"""Shell scripts of CI steps, taken apart into commands that can be compared."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

_CONTINUED = re.compile(r"\\\r?\n[ \t]*+")
_EXPRESSION = re.compile(r"\$\{\{[^{}]*+\}\}")
_HEREDOC = re.compile(r"""<<-?[ \t]*+["']?([A-Za-z_]\w*+)""")
_PIECE = re.compile(r"""(?:"[^"]*+"|'[^']*+'|[^;&]|&(?!&)(?<!&&))++""")
_OPENING = re.compile(
    r"""^(?:(?:then|do|else|if|elif|while|until|!|\{|\(|&|[^\s()"'$=]++\))(?:\s++|$))++"""
)
_CLOSING = re.compile(r"(?:fi|done|esac|\}|\)|;;|for\s.*|case\s.*|function\s.*|\w+\(\).*)?")
_OR_TRUE = re.compile(r"\s*+\|\|\s*+(?:true|:|/bin/true|/usr/bin/true|exit\s+0)\s*+\)?$")
_OR_ECHO = re.compile(r"\s*+\|\|\s*+(?:echo|printf)\b.*$")
_EXIT_ZERO = re.compile(r"\s--exit-zero\b")
_FAILS = re.compile(r"\b(?:exit\s+(?:[1-9]|\$|\"\$)|return\s+[1-9]|false)")
_READS_STATUS = re.compile(r"\$\?|PIPESTATUS|LASTEXITCODE")
_ASSIGNMENT = re.compile(r"[A-Za-z_][\w\[\]$!]*+\+?=\S*")
_COMPUTED = re.compile(r"[A-Za-z_]\w*+=(?:\$\(|`)")
_SENDS = re.compile(r"\s(?:-X|-d|-F|-T|--request|--data\S*|--form|--upload-file|-Method)\b")
_INTERPRETER = re.compile(r"(?:\S*/)?(?:python[\d.]*|py|bash|sh|zsh|node|ruby|perl|php|pwsh)")

_WRAPPERS = {"sudo", "time", "env", "exec", "nohup", "command", "xvfb-run", "npx", "bunx", "uvx"}
_RUNNERS = {
    *("uv", "poetry", "pipenv", "pdm", "hatch", "rye", "conda", "mamba", "micromamba", "coverage"),
    *("bundle", "pnpm", "nix", "pipx", "pixi"),
}
_RUN = {"run", "exec"}
_VALUED = {"--with", "--group", "--extra", "--python", "-p", "-n", "--env", "timeout"}
_TOOLS = {
    *("go", "npm", "yarn", "pnpm", "bun", "deno", "cargo", "make", "gmake", "cmake", "ninja"),
    *("docker", "podman", "git", "gh", "glab", "kubectl", "helm", "terraform", "tofu", "pulumi"),
    *("dotnet", "mvn", "gradle", "gradlew", "mvnw", "bazel", "bazelisk", "just", "task", "rake"),
    *("mix", "swift", "composer", "bundle", "gem", "pip", "pip3", "uv", "poetry", "pdm", "hatch"),
    *("conda", "mamba", "pre-commit", "aws", "gcloud", "az", "twine", "nox", "tox", "pants"),
}
_TRIVIAL = {
    *("echo", "printf", "cd", "pushd", "popd", "export", "mkdir", "ls", "cat", "set", "true", ":"),
    *("exit", "pwd", "which", "date", "sleep", "cp", "mv", "touch", "chmod", "chown", "source"),
    *(".", "read", "shift", "local", "unset", "ulimit", "df", "free", "uname", "shopt", "tee"),
    *("trap", "wait", "[", "[[", "apt-get", "apt", "apk", "brew", "yum", "dnf", "choco", "rustup"),
    *("corepack", "nvm", "false", "tree", "whoami", "id", "head", "tail", "", "rm", "break"),
    *("continue", "return", "command", "nvidia-smi", "pip", "pip3"),
    *("tar", "zip", "unzip", "gzip", "sed", "awk", "jq", "find", "ln", "write-host", "iex"),
    *("remove-item", "new-item", "copy-item", "expand-archive", "add-content"),
}
_SETTING_UP = {
    *("install", "ci", "sync", "venv", "lock", "config", "fetch", "checkout", "clone", "pull"),
    *("login", "get", "mod", "add", "create", "activate", "restore", "self", "i", "init", "list"),
    *("info", "version", "env", "status", "log", "show", "pip", "compile", "update", "download"),
}
_ACTION_SETS_UP = re.compile(
    r"(?i)(?:^|/)(?:checkout|cache|setup|install)(?:$|[-_/.])|-(?:cache|setup|toolchain)$"
    r"|(?:upload|download)-(?:pages-)?artifact|harden-runner|login-action|metadata-action"
    r"|configure-pages|configure-aws-credentials|free-disk-space|/cancel-workflow|/auth$"
)


@dataclass(frozen=True, slots=True)
class Command:
    """One command, without what hides its failure; `hidden` is how it is written then.

    `program` is what it runs (`pytest`, `npm test`, `scripts/check.sh`, `owner/action`). A trivial
    one sets up or says something: its loss is none.
    """

    text: str
    program: str
    trivial: bool = False
    hidden: str = ""


def read_action(uses: str) -> Command:
    """Return an action, or a workflow called, as a command: without its version."""
    name = uses.partition("@")[0]
    return Command(f"uses {name}", name, trivial=bool(_ACTION_SETS_UP.search(name)))


def read_commands(script: str) -> tuple[Command, ...]:
    """Return the commands of a shell script, each on one line, in order.

    The failure of one is hidden by `|| true`, `|| :`, `|| exit 0`, `|| echo …` (if nothing fails
    after it), `; true`, `--exit-zero`, an `exit 0` right after it at the end, or by `set +e` before
    it unless the script looks at `$?`. GitHub and GitLab run scripts with `set -e`, see
    https://docs.github.com/actions/reference/workflow-syntax-for-github-actions (shell) and
    https://docs.gitlab.com/runner/shells/.
    """
    found: list[Command] = []
    lenient = False
    reads_status = bool(_READS_STATUS.search(script))
    fails_later = bool(_FAILS.search(script))
    for line in _lines(script):
        first = len(found)
        for piece in _pieces(line):
            if piece in {"true", ":", "exit 0"} and len(found) > first:
                found[-1] = replace(found[-1], hidden=f"{found[-1].text}; {piece}")
            elif re.match(r"set \+(?:\w*e|o errexit)", piece):
                lenient = not reads_status
            elif re.match(r"set -(?:\w*e|o errexit)", piece):
                lenient = False
            else:
                command = _command(piece, fails_later=fails_later)
                if lenient and not command.trivial and not command.hidden:
                    command = replace(command, hidden=f"set +e; {piece}")
                found.append(command)
    if len(found) > 1 and found[-1].text == "exit 0" and not found[-2].hidden:
        found[-2] = replace(found[-2], hidden=f"{found[-2].text}; exit 0")
    elif found and found[-1].hidden.startswith("set +e; "):
        found[-1] = replace(found[-1], hidden="")  # the script ends as its last command does
    return tuple(found)


def _lines(script: str) -> Iterator[str]:
    until = ""
    script = _EXPRESSION.sub(lambda found: "".join(found[0].split()), script)
    for line in _CONTINUED.sub(" ", script).splitlines():
        words = _uncommented(line.strip())
        if until:
            until = "" if words == until else until
        elif words:
            heredoc = _HEREDOC.search(words)
            until = heredoc[1] if heredoc else ""
            yield words


def _uncommented(line: str) -> str:
    if line.startswith("#"):
        return ""
    start = line.find(" #", max(line.rfind('"'), line.rfind("'")) + 1)
    return line if start < 0 else line[:start].rstrip()


def _pieces(line: str) -> Iterator[str]:
    for piece in _PIECE.findall(line):
        words = _OPENING.sub("", " ".join(piece.split()))
        if words and not _CLOSING.fullmatch(words):
            yield words


def _command(piece: str, *, fails_later: bool) -> Command:
    text = _OR_TRUE.sub("", piece)
    if text == piece and not fails_later:
        text = _OR_ECHO.sub("", piece)
    text = _EXIT_ZERO.sub("", text)
    program = _program(text.split())
    return Command(text, program, _is_trivial(text, program), piece if text != piece else "")


def _program(words: list[str]) -> str:
    """Return what is run, past variables and whatever runs something else."""
    i = 0
    while i < len(words) and (skipped := _skipped(words, i)):
        i += skipped
    if i >= len(words):
        return words[0] if words else ""
    name = words[i].strip("()\"'`").removeprefix("./")
    if name.lower() not in _TOOLS:
        return name
    arguments = [word for word in words[i + 1 :] if word[0] not in "-$<>|&\"'"]
    if arguments[:1] == ["run"]:
        del arguments[0]
    return f"{name} {arguments[0]}" if arguments else name


def _skipped(words: list[str], i: int) -> int:
    """Return how many words from here on only lead to what is run."""
    word, following = words[i].lower(), words[i + 1] if i + 1 < len(words) else ""
    interprets = "$" in word or _INTERPRETER.fullmatch(word)
    if (word in _RUNNERS and following in _RUN) or (interprets and following == "-m"):
        return 2
    if word in _VALUED:
        return 2
    leads = _ASSIGNMENT.fullmatch(words[i]) or word in _WRAPPERS or (i and word[0] == "-")
    opens = _INTERPRETER.fullmatch(word) and following not in {"", "-c"}
    return 1 if leads or opens else 0


def _is_trivial(text: str, program: str) -> bool:
    tool, _, verb = program.lower().partition(" ")
    if tool in _TRIVIAL or tool[0] in "$[" or text.endswith((" --version", " -V", " --help")):
        return True
    if tool in {"curl", "wget", "invoke-webrequest"}:
        return not _SENDS.search(text)
    if _ASSIGNMENT.fullmatch(program) or _COMPUTED.match(text):
        return True
    return tool in _TOOLS and tool not in {"make", "gmake", "just", "task"} and verb in _SETTING_UP

"""`sparekey coverage` on somebody's own tests, as a process of its own."""

from __future__ import annotations

import json
from pathlib import Path

from tests.e2e.program import run

CASES = """\
cases:
  - case: "a complaint"
    languages: [en, zh]
    steps:
      - user: {en: "no otp coming", zh: "收不到短信验证码"}
        state: no_sms.tapped_send
      - pick: started
"""


def test_an_operator_sees_what_the_tests_of_their_own_visit(tmp_path: Path) -> None:
    cases = tmp_path / "conversations" / "mine.yaml"
    cases.parent.mkdir()
    cases.write_text(CASES, "utf-8")

    first = run("coverage", "--tests", tmp_path, "--accept", "--json")
    assert first.returncode == 1  # it is far from visiting everything
    found = json.loads(first.stdout)
    assert (found["plays"], found["failures"], found["differences"]) == (2, [], [])
    assert "tapped_send" not in found["flows"]["no_sms"]["unvisited"]
    assert (tmp_path / "transcripts" / "zh" / "mine.txt").is_file()

    cases.write_text(CASES.replace("tapped_send", "elsewhere"), "utf-8")
    second = run("coverage", "--tests", tmp_path, "--report")
    assert second.returncode == 0
    place = (
        f"{cases}:5: case 'a complaint' (zh), step 1: expected state no_sms.elsewhere, not no_sms.tapped_send"
    )
    assert place in second.stdout
    assert "2 plays, 2 failed." in second.stdout

    cases.write_text(CASES.replace("state:", "stat:"), "utf-8")
    unknown = run("coverage", "nowhere", "--tests", tmp_path)
    assert (unknown.returncode, unknown.stdout) == (2, "")
    assert unknown.stderr.startswith(
        "sparekey coverage: there is no flow 'nowhere'. There are: account_locked,"
    )

    third = run("coverage", "--tests", tmp_path)
    assert (third.returncode, third.stdout) == (1, "")
    assert f"{cases}:6: error: case 'a complaint', step 1: unknown key 'stat'." in third.stderr

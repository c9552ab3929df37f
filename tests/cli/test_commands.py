"""The `hotline` command, on a data folder of its own."""

import json
import mailbox
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlmodel import select

from hotline.cli import main
from hotline.cli.routing import NOISES
from hotline.db import Database
from hotline.routing.learning import noise
from hotline.settings import Settings
from hotline.tickets.models import Ticket

# Most of these tests are about the command, so the long run alone takes them to both.
BOTH = ["sqlite", "postgres"]
# Sentences of our own, each with the unit whose duty it is.
CASES = [
    ("小区楼下烧烤摊半夜还在吵，油烟也大", "市城管执法局"),
    ("公交车司机到站不停，老人等了一个小时", "市交通运输局"),
    ("我们工地的工资拖了三个月没发", "市人力资源社会保障局"),
    ("自来水浑浊得像泥浆，水压也低", "市水务局"),
    ("学校违规收补课费，希望查一下", "市教育局"),
    ("物业不作为，小区电梯坏了没人修", "市住房城乡建设局"),
    ("化工厂晚上偷排废水，河里全是泡沫", "市环保局"),
    ("买到过期奶粉，超市不给退", "市食品药品监管局|市工商局"),
    ("村里路灯坏了半年没人管", "属地政府"),
    ("低保申请交上去两个月没有回音", "市民政局"),
]

SOAK = bool(os.environ.get("HOTLINE_SOAK"))


@pytest.fixture(params=BOTH if SOAK else BOTH[:1])
def run(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    prepared_folder: Path,
):
    monkeypatch.setenv("HOTLINE_DATA_DIR", str(tmp_path / "var"))
    on_postgres = request.param == "postgres"
    if not on_postgres:
        shutil.copytree(prepared_folder, tmp_path / "var")
    monkeypatch.setenv(
        "DATABASE_URL", request.getfixturevalue("empty_postgres") if on_postgres else ""
    )
    monkeypatch.delenv("REDIS_URL", raising=False)

    def invoke(*arguments: str, stdin: str | bytes | None = None) -> Result:
        return CliRunner().invoke(main, arguments, input=stdin)

    return invoke


def write_cases(path: Path, times: int = 1) -> Path:
    lines = ["id,title,body,unit,kind,source"]
    for n in range(times):
        for i, (text, unit) in enumerate(CASES):
            kind = "territory" if unit == "属地政府" else "unit"
            lines.append(f't{n}-{i},,"{text}",{unit},{kind},own')
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_lines_check_counts_the_74_lines(run):
    expected = "74 lines · 63 departments · 6 emergency · 17 retained · 51 merged\n"
    assert run("lines", "check").output == expected


def test_route_says_whose_it_is_and_why_on_an_empty_folder(run, tmp_path: Path):
    shutil.rmtree(tmp_path / "var", ignore_errors=True)
    said = run("route", "小区楼下烧烤摊半夜还在吵，油烟也大", "--dialled", "12319").output
    assert "1 市城管执法局" in said
    assert "「烧烤摊」" in said


def test_route_as_json_has_the_shape_of_the_contract(run):
    answer = json.loads(run("route", "我家楼下着火了，快来", "--json").output)
    assert (answer["disposition"], answer["service"]) == ("emergency", "119")
    assert answer["candidates"][0]["unit"] == "市公安消防支队"


def test_route_answers_line_by_line_in_order_and_survives_a_bad_one(run):
    asked = [
        '{"text": "公交车不停站", "dialled": "12328"}',
        "not json",
        '{"dialled": "110"}',
        '{"text": 5}',
        "[" * 100_000,
        '{"text": ""}',
        '{"text": "自来水停水了"}',
    ]
    result = run("route", "--stdin", "--json", stdin="\n".join(asked) + "\n")
    answers = [json.loads(line) for line in result.output.splitlines()]
    assert [("error" in answer) for answer in answers] == [
        False,
        True,
        True,
        True,
        True,
        False,
        False,
    ]
    assert answers[0]["candidates"][0]["unit"] == "市交通运输局"
    assert answers[6]["candidates"][0]["unit"] == "市水务局"


def test_evaluate_prints_the_figures_of_the_contract(run, tmp_path: Path):
    result = run("evaluate", str(write_cases(tmp_path / "cases.csv")), "--json")
    figures = json.loads(result.output)
    assert set(figures) == {
        "n", "top1", "top3", "macro_f1", "rare_top1", "ece", "auto_share", "auto_precision",
        "p50_ms", "p99_ms", "by_source", "territory_n",
        "rare_n", "rare_top3", "intervals", "confusions", "training", "noise",
    }  # fmt: skip
    assert (figures["n"], figures["territory_n"]) == (9, 1)
    assert figures["top1"] >= 0.7
    assert "未训练" in figures["training"]


def write_many_cases(path: Path) -> Path:
    """Matters whose words the directory does not give to these units."""
    told = {"市妇联": "族谱的抄本想捐出来", "市气象局": "晒坝上的苞谷怕打湿"}
    rows = [f"{n}{u},,{n}组{t},{u},unit,own" for n in range(30) for u, t in told.items()]
    path.write_text("\n".join(["id,title,body,unit,kind,source", *rows]))
    return path


@pytest.mark.skipif(not SOAK, reason="five trainings: in make soak")
def test_evaluate_after_training_on_the_same_file_cross_validates_and_says_so(run, tmp_path: Path):
    path = str(write_many_cases(tmp_path / "cases.csv"))
    untrained = json.loads(run("evaluate", path, "--json").stdout)
    figures = json.loads(run("evaluate", path, "--train", path, "--json").stdout)
    assert "5 折交叉验证" in figures["training"]
    assert figures["n"] == 60
    assert figures["top1"] == 1.0 > untrained["top1"]


def test_evaluate_leaves_out_of_training_what_it_judges(run, tmp_path: Path):
    train = write_many_cases(tmp_path / "train.csv")
    cases = tmp_path / "cases.csv"
    cases.write_text("\n".join(train.read_text().splitlines()[:11]))
    said = run("evaluate", str(cases), "--train", str(train), "--noise", "typos").stdout
    assert "50 条案例训练" in said and "10 条也在评估案例中" in said
    assert "top1" in said and "95%" in said


def test_evaluate_of_a_kind_prints_each_share_with_its_rows_and_bounds(run, tmp_path: Path):
    path = tmp_path / "sentences.csv"
    path.write_text("text,emergency\n着火了,119\n有人要跳楼,1\n火锅店太吵,\n车祸了,120\n停水,0\n")
    found = json.loads(run("evaluate", str(path), "--kind", "emergency", "--json").stdout)
    assert (found["recall"]["of"], found["recall"]["share"]) == (3, 1.0)
    assert (found["false_alarms"]["of"], found["false_alarms"]["share"]) == (2, 0.0)
    assert (found["service"]["of"], found["service"]["share"]) == (2, 0.5)
    path.write_text("title,body,territory\n,东兴区修路,东兴区\n,威远停水,隆昌市\n,停水,\n")
    said = run("evaluate", str(path), "--kind", "territory").stdout
    assert "accuracy        0.6667" in said and "n 3" in said and "95%" in said


def test_evaluate_of_a_kind_names_the_column_that_is_missing(run, tmp_path: Path):
    path = tmp_path / "sentences.csv"
    path.write_text("text\n着火了\n")
    result = run("evaluate", str(path), "--kind", "territory")
    assert result.exit_code == 1
    assert "缺少列「territory」" in result.output


def test_route_says_who_leads_and_why(run):
    answer = json.loads(run("route", "东兴区阳光花园物业公司不管事", "--json").stdout)
    assert answer["lead"] == {
        "unit": "东兴区",
        "assist": "市住房城乡建设局",
        "reason": "属地牵头，市住房城乡建设局指导",
        "basis": "属地事项（建议）；2018年职责初步划分（无出处）",
    }
    assert "牵头：东兴区" in run("route", "东兴区阳光花园物业公司不管事").stdout
    assert json.loads(run("route", "你好", "--json").stdout)["lead"] is None


def test_evaluate_refuses_to_learn_from_an_unknown_unit(run, tmp_path: Path):
    path = tmp_path / "cases.csv"
    text = write_many_cases(path).read_text()
    path.write_text(text.replace("市妇联,unit", "市魔法局,unit", 1))
    result = run("evaluate", str(path), "--train", str(path))
    assert result.exit_code == 1
    assert "市魔法局" in result.output and "unit" in result.output


def test_the_kinds_of_noise_offered_are_those_there_are():
    assert set(NOISES) == set(noise.KINDS)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"id,title,body\n1,a,b\n", "缺少列「unit」"),
        ("id,title,body,unit,kind,source\n1,题,文".encode(), "第 2 行"),
        ("id,title,body,unit,kind,source\n1,题,文".encode("gbk"), "UTF-8"),
        (b'id,title,body,unit,kind,source\n1,"a,b,c,d,e\n', "引号"),
        ("id,title,body,unit,kind,source\n1,题,一,二,市环保局,unit,own\n".encode(), "第 2 行"),
        ("id,title,body,unit,kind,source\n1,题,文,市环保局,units,own\n".encode(), "kind"),
        (b"", "缺少列「id」"),
    ],
)
def test_a_broken_file_of_cases_is_named_and_nothing_runs(run, tmp_path: Path, content, said):
    path = tmp_path / "broken.csv"
    path.write_bytes(content)
    for command in ("evaluate", "replay"):
        result = run(command, str(path))
        assert result.exit_code == 1
        assert said in result.output


def test_a_case_of_an_unknown_unit_stops_the_replay_and_names_it(run, tmp_path: Path):
    path = tmp_path / "cases.csv"
    rows = [f"{n},,路灯坏了,市住房城乡建设局,unit,own" for n in range(30)]
    rows.append("30,,路灯坏了,市魔法局,unit,own")
    path.write_text("\n".join(["id,title,body,unit,kind,source", *rows]))
    result = run("replay", str(path))
    assert result.exit_code == 1
    assert "市魔法局" in result.output and "id 为「30」" in result.output
    database = Database(Settings().db_url)
    with database.read() as session:
        assert session.exec(select(Ticket)).all() == []


def test_a_case_whose_id_is_no_part_of_an_address_is_delivered_too(run, tmp_path: Path):
    path = tmp_path / "cases.csv"
    path.write_text('id,title,body,unit,kind,source\n"甲 1\n@",,路灯坏了,属地政府,territory,own\n')
    totals = json.loads(run("replay", str(path), "--json").stdout)
    assert (totals["closed"], totals["disagreements"]) == (1, [])


def test_a_line_in_another_encoding_gets_an_error_in_its_place(run):
    asked = b'{"text": "' + "乱码".encode("gbk") + b'"}\n{"text": "ok"}\n'
    answers = run("route", "--stdin", "--json", stdin=asked).output.splitlines()
    assert ["error" in json.loads(answer) for answer in answers] == [True, False]


def test_replay_takes_every_request_through_its_whole_life(run, tmp_path: Path):
    result = run("replay", str(write_cases(tmp_path / "cases.csv", times=5)), "--json")
    totals = json.loads(result.stdout)
    assert result.exit_code == 0
    assert totals["disagreements"] == []
    assert {
        totals[name] for name in ("received", "dispatched", "replied", "delivered", "closed")
    } == {50}
    assert totals["routed_right"] + totals["returned"] == 50
    assert totals["lost"] == 0
    box = mailbox.Maildir(tmp_path / "var" / "maildir")
    assert len(box) == 50


@pytest.mark.skipif(not SOAK, reason="tests/jobs/test_kill.py kills each time; this in make soak")
def test_killing_worker_and_queue_in_a_replay_loses_and_doubles_nothing(tmp_path: Path):
    times = 150 if os.environ.get("HOTLINE_SOAK") else 25
    cases = write_cases(tmp_path / "cases.csv", times=times)
    environment = os.environ | {"HOTLINE_DATA_DIR": str(tmp_path / "var")}
    command = [sys.executable, "-c", "from hotline.cli import main; main()"]
    replay = subprocess.Popen(
        [*command, "replay", str(cases), "--json"],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    killed = 0
    deadline = time.monotonic() + 200
    while replay.poll() is None and killed < 4 and time.monotonic() < deadline:
        time.sleep(0.7)
        killed += kill_one(replay.pid, "hotline.jobs.worker" if killed % 2 else "queue.sock")
    output, _ = replay.communicate(timeout=300)
    totals = json.loads(output)
    assert killed >= 2
    assert totals["closed"] == totals["received"] == times * len(CASES)
    assert (totals["lost"], totals["disagreements"]) == (0, [])
    assert len(mailbox.Maildir(tmp_path / "var" / "maildir")) == times * len(CASES)


def kill_one(root: int, words: str) -> int:
    """Kills -9 one process below `root` whose command holds the words, but not its keeper."""
    for pid in below(root):
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            if words in command and "hotline.jobs.keeper" not in command:
                os.kill(pid, signal.SIGKILL)
                return 1
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has just ended by itself
    return 0


def below(root: int) -> list[int]:
    listed = subprocess.run(["ps", "-eo", "pid,ppid"], capture_output=True, text=True, check=True)
    pairs = [tuple(map(int, line.split())) for line in listed.stdout.splitlines()[1:]]
    found, level = [], [root]
    while level:
        level = [pid for pid, parent in pairs if parent in level]
        found += level
    return found


@pytest.mark.parametrize("kind", ["day", "month", "quarter"])
def test_the_three_reports_are_written_as_text_json_and_workbook(run, tmp_path: Path, kind: str):
    assert "12345" in run("report", kind).output
    assert json.loads(run("report", kind, "2018-07-25", "--format", "json").output)["kind"] == kind
    file = tmp_path / "report.xlsx"
    assert run("report", kind, "--format", "xlsx", "-o", str(file)).exit_code == 0
    assert file.read_bytes().startswith(b"PK")


def test_published_figures_are_frozen_and_a_running_period_is_refused(run):
    assert run("report", "day", "2018-07-25", "--publish").exit_code == 0
    assert run("report", "day", "2018-07-25", "--publish").exit_code == 0
    refused = run("report", "day", "--publish")
    assert refused.exit_code == 1
    assert "尚未结束" in refused.output


def test_keys_are_made_once_shown_once_and_revoked(run):
    made = run("keys", "add", "窗口一", "--role", "handler", "--unit", "城管局")
    assert made.output.startswith("hk_")
    assert "已有密钥" in run("keys", "add", "窗口一", "--role", "agent").output
    assert run("keys", "revoke", "窗口一").exit_code == 0
    for wrong in (
        ["--role", "king"],
        ["--role", "handler"],
        ["--role", "agent", "--unit", "市环保局"],
    ):
        assert run("keys", "add", "窗口二", *wrong).exit_code == 1


def test_a_wrong_setting_stops_the_start_and_names_itself(run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOTLINE_PORT", "99999")
    result = run("lines", "check")
    assert result.exit_code == 1
    assert "HOTLINE_PORT" in result.output

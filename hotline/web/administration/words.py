"""What the reference files and their columns are called."""

FILES = {
    "legacy_lines.csv": "热线",
    "units.csv": "单位",
    "duties.csv": "派单目录",
    "places.csv": "地名",
    "holidays.csv": "日历",
    "guidance.csv": "引导事项",
}
COLUMNS = {
    "key": "代号",
    "number": "号码",
    "name": "名称",
    "department": "原属单位",
    "category": "处理方式",
    "mode": "并入方式",
    "basis": "依据",
    "valid_from": "自",
    "valid_to": "至",
    "words": "群众用语",
    "code": "编码",
    "short": "简称",
    "names": "其他叫法",
    "kind": "种类",
    "successor": "接替单位",
    "unit": "承办单位",
    "duty": "职责",
    "weight": "权重",
    "phrases": "词语",
    "look_alikes": "形似而非",
    "level": "级别",
    "territory": "属地",
    "town": "所属乡镇",
    "day": "日期",
    "matter": "事项",
    "target": "去处",
    "sentence": "告知用语",
    "service": "电话",
}
# Columns wide enough for many words.
LONG = ("words", "names", "phrases", "look_alikes", "sentence")

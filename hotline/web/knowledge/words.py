"""What the pages call the parts of an article, its piles and its acts."""

from hotline.registry.article_lists import Pile
from hotline.registry.articles import Act

PILES = {
    Pile.IN_FORCE: "已发布",
    Pile.TO_REVIEW: "待审核",
    Pile.CHANGED: "待更新",
    Pile.TO_CHECK: "该复核",
    Pile.NOT_IN_FORCE: "未发布",
}
MEANINGS = {
    Pile.IN_FORCE: "坐席和市民看到的就是这些。",
    Pile.TO_REVIEW: "写好了新内容、等派单员或督办员审核发布的；原来发布的照旧有效。",
    Pile.CHANGED: "条件已变、单位要在一个工作日内更新的，先到期的在前；更新发布之前市民看不到。",
    Pile.TO_CHECK: "到了复核日期，或者已经失效的。",
    Pile.NOT_IN_FORCE: "退回修改的，和已下架的。",
}
EMPTY = {
    Pile.IN_FORCE: "还没有发布的知识。",
    Pile.TO_REVIEW: "没有等着审核的。",
    Pile.CHANGED: "没有要更新的。",
    Pile.TO_CHECK: "没有到期要复核的。",
    Pile.NOT_IN_FORCE: "没有退回或下架的。",
}
ACTS = {
    Act.PUBLISH: "发布第 %(n)d 版",
    Act.SEND_BACK: "退回第 %(n)d 版修改",
    Act.TAKE_DOWN: "下架",
    Act.MARK: "标为待更新",
    Act.UNMARK: "撤销待更新",
    Act.FALL_OVERDUE: "超期未更新",
}
DONE = {
    Act.PUBLISH: "已发布，各处一秒内生效。",
    Act.SEND_BACK: "已退回修改。",
    Act.TAKE_DOWN: "已下架，各处一秒内生效；历史都在，可以恢复。",
    Act.MARK: "已标为待更新，单位的时限开始计算。",
    Act.UNMARK: "已撤销待更新。",
}
# In the order in which an author fills them in.
FIELDS = {
    "question": "问题",
    "look_alikes": "相似问法",
    "answer": "答案",
    "basis": "依据",
    "unit": "负责单位",
    "territory": "适用地区",
    "valid_from": "生效日期",
    "valid_to": "失效日期",
    "owner": "责任人",
    "review_on": "复核日期",
}

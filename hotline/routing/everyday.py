"""Words of everyday speech: whoever says them, they tell nothing of whose matter it is."""

PARTICLES = "的了着吗呢吧啊呀和与及我你您他她它们这那请都也就又还被把"

# By what they do in a sentence. None of them is a matter, a thing, a place or a deed.
KINDS = {
    "asking": "怎么 怎么办 怎样 如何 什么 为什么 为何 是否 能否 能不能 是不是 有没有 可不可以 哪里"
    " 哪儿 哪个 哪些 多少 多久 想问 请问 到底 究竟",
    "persons": "我们 你们 他们 咱们 大家 自己 别人 人家 有人 没人 家里 家人",
    "pointing": "这个 那个 这些 那些 这种 那种 这样 那样 这么 那么 一样",
    "where": "这里 那里 这边 那边 里面 外面 上面 下面 前面 后面 旁边 对面 附近 到处",
    "how much": "一个 一些 一下 一点 几个 好几 好几天 很多 好多 许多 非常 特别 十分 太多 比较 左右",
    "when": "现在 目前 已经 曾经 时候 今天 昨天 明天 每天 天天 今年 去年 明年 以前 以后 之前 之后"
    " 然后 后来 个月 几天 半年 一年 两年 多年 一直 经常 总是 老是 突然 一次 多次 几次",
    "whether": "没有 可以 不能 不会 不了 不到 不让 不要 不去 不来 不是 就是 只是 还是 还没"
    " 还有 还要 应该 必须 需要 想要",
    "linking": "因为 所以 但是 可是 不过 而且 如果 结果",
    "telling": "您好 你好 希望 谢谢 知道 觉得 感觉 认为 反映 问题 情况",
}
WORDS = frozenset(PARTICLES).union(*(words.split() for words in KINDS.values()))

"""What a unit's developer reads first at /api/v1/swagger: keys, the way of a ticket, refusals."""

DESCRIPTION = """\
单位自己的系统从这里取工单、交答复。

1. 管理员在「管理 → 接口密钥」发放密钥，或运行
   `hotline keys add 城管系统 --role handler --unit 市城管执法局`。
   每个请求带 `Authorization: Bearer 密钥`，写的请求带 `Content-Type: application/json`。
2. 签收最急的几件：`POST /inbox/claim`，`{"handler": "张三", "limit": 10}`。
   不属本单位的：`POST /tickets/编号/object`，
   `{"ground": "not_our_duty", "right_unit": "市公安局", "note": "…"}`。
3. 办完了：`POST /tickets/编号/reply`，`{"text": "…"}`；话务台审核后由热线答复诉求人。
4. 之后有什么动静：`GET /inbox?after=游标`；下一次用回答里的 `cursor`。

每个 POST 都可以带 `Idempotency-Key`：24 小时内原样重发，得到原来的回答，不会办两次。
拒绝一律是 `application/problem+json`（RFC 9457）：`title` 说明原因和办法，
`errors` 逐项指出 `field` 和 `remedy`；503 的请按 `Retry-After` 再试。

`/calls` 是交换机用的，密钥在数据目录的 `secrets/line`。
词汇见 docs/vocabulary.md，状态和步骤见 docs/workflow.md。
"""

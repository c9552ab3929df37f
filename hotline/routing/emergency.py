"""Rules for what is happening now: which emergency service, and the words that say so."""

import re
from dataclasses import dataclass
from enum import Enum

from hotline.routing.fold import Folded
from hotline.routing.types import Emergency


class Strength(Enum):
    """How far the words alone can be trusted to mean now."""

    ALWAYS = "always"  # nothing around them makes them harmless: 救命, 不想活了
    CLEAR = "clear"  # now, unless the sentence says past, supposed or aftermath: 着火了
    CUED = "cued"  # only where the sentence also says now: 被打, 骨折


@dataclass(frozen=True, slots=True)
class Rule:
    service: str
    strength: Strength
    pattern: re.Pattern[str]


ALWAYS, CLEAR, CUED = Strength.ALWAYS, Strength.CLEAR, Strength.CUED

# Parts that several rules share; NEAR and GAP stay inside one clause, FAR inside a sentence.
NEAR, GAP, FAR = "[^,。!?;]{0,4}", "[^,。!?;]{0,8}", "[^。!?;]{0,12}"
PERSON = "(?:人|娃|孩|老头|老太|老汉|婆婆|大爷|学生|工人|司机|乘客|群众|村民|妇女|男子|女子|我)"
RIVER = "(?:沱江|江里|江中|江边|江面|河里|河中|河边|河面|大河|小河|江水|河水|河道|码头)"
HILL = "(?:山上|后山|山坡|山林|荒山|坡上|半山|林子|树林|林地|林区|竹林|松林|森林|山头)"
BURNS = "(?:着火|起火(?!灾|锅|的?原因)|失火|燃起|烧起|烧着|冒烟|冒浓烟|冒黑烟|明火|火光|火苗|大火)"
VESSEL = "(?:(?<![飞出])船|快艇|趸船|客轮|货轮|渡轮)"
GAS = "(?:煤气|天然气|燃气|液化气|沼气|瓦斯|气罐|气瓶|管道气|然气)"
VEHICLE = "(?:车|摩托|三轮|电瓶|大巴|货车|轿车)"
BLADE = "(?:刀|菜刀|砍刀|匕首|斧头?|枪|钢管|铁棍|木棍)"

# (service, strength, pattern). Earlier rows win where several services are named in one text.
TABLE: tuple[tuple[str, Strength, str], ...] = (
    # 水上遇险
    (
        "12395",
        CLEAR,
        rf"{VESSEL}{GAP}(?:翻了|翻沉|要翻|沉了|下沉|要沉|沉没|漏水|进水|搁浅|失控|断缆|遇险|撞)",
    ),
    (
        "12395",
        CLEAR,
        r"翻船|沉船|水上(?:求救|遇险|救援)|(?:游|渡|轮|货|渔|采砂|砂)船(?:出事|着火|起火|被冲)",
    ),
    (
        "12395",
        CLEAR,
        rf"{RIVER}{GAP}(?:落水|掉(?:进|下|到|河|江)|溺水|淹|被?冲走|呼救|救命|挣扎|漂着)",
    ),
    (
        "12395",
        CLEAR,
        r"(?:掉|落|跌|滑|滚|栽|摔|绊)(?:到|进|入|下|了)?(?:了)?(?:沱江|大?江|大?小?河)(?!北|南|东|西)",
    ),
    (
        "12395",
        CLEAR,
        r"(?:跳|投)(?:了|进)?(?:沱江|江|河)了|被(?:洪|江|河|大)水(?:冲|卷|围|困)|(?:落|溺)水(?!管|沟|口|洞|井)",
    ),
    # 森林火警
    ("12119", CLEAR, rf"{HILL}{GAP}{BURNS}|{HILL}{FAR}(?:烧(?:了|燃|到|过来)|在烧|引燃)"),
    (
        "12119",
        CLEAR,
        rf"山火(?!锅)|森林(?:起火|着火|失火|大火|在?烧)|(?:发生|有|出现)森林火灾|(?:烧荒|上坟|烧纸|祭祀|放炮){FAR}(?:引燃|烧到|点着|把山|烧了?(?:山|林))",
    ),
    (
        "122",
        CLEAR,
        rf"{VEHICLE}{NEAR}(?:掉|冲|翻|开|滚)(?:进|到|下|入)(?:了)?{NEAR}(?:沟|田|坎|坑|坡|绿化带|人行道)",
    ),
    # 火情、泄漏、受困
    (
        "119",
        CLEAR,
        rf"(?<!点)着(?:了|起)?(?:大)?火(?!点|锅)|(?<![一每这那])起火(?!灾|锅|的?原因)|失火|走水了|火势|(?:烧|燃)起来|烧着了|(?<!山)火苗|(?:大火|明火){NEAR}(?:烧|燃|扑|了|窜)|(?:发生|有|出)(?:了)?(?:大)?火灾|火灾了|救火(?!英雄|员|队|器材|车)|灭不了火",
    ),
    (
        "119",
        CLEAR,
        rf"(?<!囱)(?<!厂)(?<!车)(?:冒|出)(?:着|出|起|了|很多|好多|大量|滚滚)*(?:浓烟|黑烟|大烟|烟了|火花|火星|明火|火)|(?<!囱)(?<!厂)(?<!车)(?:在|往外|一直)冒(?:着)?[黑白浓]?烟|浓烟(?:滚滚|很大|好大)|烟好大|(?:电线|插座|电箱|电表|变压器|空调|冰箱|电瓶|充电){GAP}(?:冒烟|打火|火花|自燃|烧了|燃了)|自燃(?:了|起来)",
    ),
    (
        "119",
        CLEAR,
        rf"(?:发生|突然|要|快|已经)(?:了)?(?:大)?(?:爆炸|燃爆)|(?<!信息)爆炸(?:了|声|起火|现场)|(?:罐|瓶|锅炉|管|库|厂){NEAR}(?:爆炸|爆了|炸了)",
    ),
    (
        "119",
        CLEAR,
        rf"{GAS}{GAP}(?:泄漏|泄露|外泄|漏气|漏了|在漏|漏出|跑气|喷|嗤嗤|断裂|断了|挖断|挖破|挖漏|味(?:道)?(?:很|好|特别|非常|太)?(?:大|重|浓|道))|(?:闻到|闻着|一股|有股|很浓的|好大的|好浓的|很重的){GAP}(?:{GAS}|臭鸡蛋|瓦斯)",
    ),
    (
        "119",
        CLEAR,
        rf"(?:漏|泄漏|泄露)(?:了)?(?:煤气|天然气|燃气|液化气)|(?:氯气|液氨|氨气|硫酸|盐酸|甲醇|苯|汽油|柴油|化学品|危化品|油罐车|槽罐车|槽车|化工原料){GAP}(?:泄漏|泄露|漏了|外泄|侧翻|流出)",
    ),
    (
        "119",
        CLEAR,
        rf"(?:电梯|升降机|轿厢){GAP}(?:困(?!难)|关着?{NEAR}人|关(?:在)?里|卡(?:在|住)|出不(?:来|去)|坠|打不开{GAP}人)|(?:困|关|卡|锁)(?:在|到)?(?:了)?(?:电梯|轿厢)|电梯{FAR}(?:里面?(?:有|还有){NEAR}人|出不来|被困)",
    ),
    (
        "119",
        CLEAR,
        rf"(?:有|{PERSON}){NEAR}被(?:困|埋|压|卡|夹)|被困(?:在|住|了|人员|群众)|(?:困|埋|压)(?:了|着){NEAR}人|(?:压|埋|困|卡|夹)(?:在|住){GAP}(?:下面|底下|里面|楼顶|楼上|屋顶|树上|车里|车底|缝里|{PERSON})",
    ),
    (
        "119",
        CLEAR,
        rf"{PERSON}{GAP}(?:反锁|锁)(?:在|到){NEAR}(?:屋|家|车|房|里)|(?:手|脚|头|手指|脑袋){NEAR}(?:卡|夹|绞)(?:在|住|进|到)",
    ),
    (
        "119",
        CLEAR,
        rf"(?:掉|坠|跌|摔|陷|滑)(?:到|进|入|下|落)(?:了)?{NEAR}(?:窨井|井里|井底|深井|枯井|化粪池|粪坑|坑里|坑底|洞里|山沟|悬崖|天坑|水井|水池|水塘|池塘|堰塘|鱼塘|水库|水里|水沟|塘里|沟里|井)|(?:水库|池塘|堰塘|鱼塘|水塘|井|坑|池子)里?(?:面)?有?(?:人|孩子|小孩){NEAR}(?:掉|落|摔|淹)",
    ),
    (
        "119",
        CLEAR,
        rf"(?:房子?|楼|墙|屋|桥|脚手架|塔吊|工地|隧道|矿井|矿洞|山体|护坡|支架|模板){GAP}(?:倒塌|坍塌|塌(?:了|下来|方了)|垮(?:了|下来|塌)|倒下来)|(?:挂|吊|悬)在{GAP}(?:窗|阳台|外墙|半空|护栏|树上|楼外)|马蜂窝(?!网|旅)|(?:马蜂|胡蜂)",
    ),
    # 危急伤病
    (
        "120",
        CLEAR,
        r"昏迷|昏(?:过去|倒|厥)|晕(?:过去|倒|厥)|不省人事|没(?:有)?(?:了)?(?:呼吸|心跳|意识|知觉)|(?:呼吸|心跳|意识|知觉)(?:都)?没(?:有)?了?|失去(?:意识|知觉)|叫不醒|(?:喊|叫|摇)(?:都)?(?:没反应|不应|不答应)|心(?:脏|跳)骤停|猝死|休克|快(?:不行|要?死|断气)了|奄奄一息|(?:人|他|她|爸|妈|爷|奶|娃|伯)要?不行了",
    ),
    (
        "120",
        CLEAR,
        r"大出血|血流不止|止不住血|血止不住|(?:流|出|吐|全|浑身|满头|满脸|满地|一地|好多|很多|大量)(?:了|都)?(?:好多|很多|一地|满地|大量|是|鲜)?血(?!压|糖|脂|型|管|液|站|库|汗|本|缘)|抽搐|口吐白沫|喘不(?:过|上)(?:气|来)|呼吸困难|窒息|噎(?:住|到|着)|卡(?:住|到|在)?(?:了)?(?:喉咙|气管|嗓子)|胸口(?:剧|很|好|突然)?痛",
    ),
    (
        "120",
        CLEAR,
        r"(?:煤气|一氧化碳|农药|食物|酒精|药物|毒蘑菇|菌子|硫化氢|沼气|集体)中毒|中毒了|(?:喝|吃|服)(?:了|下)?(?:一瓶|半瓶|大量|很多|过量)*(?:的)?(?:农药|老鼠药|安眠药|百草枯|敌敌畏|毒药|毒蘑菇|毒菌)|喝药(?:自杀|了)|触电|被电(?:到|倒|击|了|打)|雷(?:击中|劈)",
    ),
    (
        "120",
        CLEAR,
        rf"要生(?:了|孩子|娃)|快生了|羊水(?:破|流)|临产|(?:叫|喊|派|来|要|开)(?:一?个|一?辆|一?台|下)?(?:救护车|急救车|120)|(?:救护车|急救|120){NEAR}(?:快|赶紧|马上)|(?:要|需要|紧急|赶紧|快)(?:抢救|急救)|溺水|淹(?:到|了|着)人|坠楼|(?:楼|架子?|塔|树|高处|房顶|屋顶|梯子|桥)(?:上|顶)?(?:面)?(?:摔|掉|跌|滚|坠|栽)(?:了)?(?:下|落)",
    ),
    (
        "120",
        CUED,
        r"心(?:肌)?梗|脑(?:溢血|出血|梗|中风)|中风|骨折|(?:烫|烧|砸|摔|刺|捅|撞|砍)(?:成重)?伤|(?:蛇|狗|马蜂|蜂)(?:咬|蜇|蛰)|割腕|受(?:了)?(?:重)?伤|重伤|心脏病|哮喘|癫痫|过敏|动不了|站不起来|倒(?:在|地)|剧痛|痛得|高烧|抽筋|异物|动胎气|早产|发病",
    ),
    # 交通事故:有人伤亡归急救,其余归交警
    (
        "120",
        CLEAR,
        rf"(?:车祸|撞(?:车|人|了|到|倒|上|飞|伤)|追尾|翻车|侧翻|碾|轧|被{NEAR}车){FAR}(?:受伤|伤得|流血|昏|(?<!堵)死|压在|躺|动不了|不动|救人|伤员|腿断|重伤|有人伤|伤者|伤了)",
    ),
    (
        "122",
        CLEAR,
        rf"车祸|撞车|相撞|追尾|翻车|(?:{VEHICLE}){NEAR}侧翻|(?:{VEHICLE}){NEAR}(?:撞(?:了|到|上|倒|飞|伤|人|在)|碾|轧)|撞(?:了|到|倒|飞|伤)?(?:了)?(?:人(?!行)|一个|行人|老|小)|被{NEAR}车{NEAR}(?:撞|剐|刮|碾|轧|压)|肇事(?:逃逸|跑|者|车)|(?:发生|出|出了)(?:交通)?(?:事故|车祸)|交通事故(?!认定|责任|赔|处理|多|频|科|中队|纠纷)|(?:剐|刮)(?:蹭|擦|到|了)",
    ),
    # 违法犯罪、人身危险
    (
        "110",
        ALWAYS,
        rf"救命(?!药|钱|稻草|之恩|恩)|救救(?:我|他|她|孩子|命)|不想活|活不下去|想(?:去)?死(?!亡)|去死|自杀|轻生|割腕|寻短见|(?:要|想|准备|正在|欲|去|扬言|说)(?:从{GAP})?(?:跳楼(?!机)|跳河|跳江|跳桥|跳下|往下跳|投河|投江)|有人{GAP}跳(?:楼|河|江|桥|下)|跳楼了|(?:站|坐|爬)(?:在|到|上){GAP}(?:楼顶|天台|桥栏|栏杆|阳台边|窗台|塔吊|塔顶)",
    ),
    (
        "110",
        CLEAR,
        rf"杀人|砍人|砍(?:了|伤|死)|捅(?:人|了|伤|死)|行凶|(?:拿|持|提|挥|带|有|用|动)(?:着|起|了|把|一把)*{BLADE}(?!具|片|厂|店)|持(?:刀|枪|械)|抢劫|抢(?:了|走)?(?:我|他|她|人|钱|包|手机|项链|孩子)(?:了|的|家)?|被抢|绑架|劫持|人质|炸弹|爆炸物|枪声|开枪|强奸|强暴|非法拘禁|杀了",
    ),
    (
        "110",
        CLEAR,
        rf"打起来|(?:正|在|又|有人)(?:在)?{GAP}(?:打架|斗殴|群殴|互殴|打人|打我|砸(?:店|车|门|东西|玻璃)|闹事|打老婆|吵架动手)|打群架|聚众斗殴|(?:撬|砸|踹)(?:开)?(?:我|他|邻居|别人)?(?:家)?(?:的)?(?:门|锁|窗)|入室|(?:有|抓|进|是|来)(?:了)?(?:个)?(?:小偷|贼|强盗)|(?:小偷|贼){GAP}(?:在|进|偷|翻|跑|抓)|正?在偷|偷(?:了|走)(?:我|他)|跟踪(?:我|她)|尾随|闯进|强行(?:进|闯)入|关(?:着|在){GAP}不(?:让|准|给)(?:走|出)",
    ),
    (
        "110",
        CLEAR,
        rf"人贩子|拐卖|拐走|抱走(?:了)?(?:我|孩子|小孩|娃)|(?:孩子|小孩|娃儿?|儿子|女儿|老人|爸|妈|爷爷|奶奶|婆婆|女孩|男孩|学生){GAP}(?:走失(?!后)|走丢|不见了|丢了|失踪(?!后)|失联|找不到|联系不上|离家出走)|(?:走失|走丢|失踪|失联)(?:了|的?(?:孩子|小孩|老人|儿童))|(?:正在|刚|刚刚|马上要)(?:给|被|转|向){GAP}(?:转账|转钱|骗|汇款|诈骗|打钱)|(?:诈骗|骗子){GAP}(?:正在|转账)|刚刚?(?:被骗|转了|转过去)",
    ),
    (
        "110",
        CUED,
        rf"打架|斗殴|打人|(?:老公|丈夫|男朋友|男人|老婆|爸爸?|他|邻居|前夫|儿子){NEAR}打(?:我|她|孩子|人|妈)|家暴|被(?:人)?(?:打|砍|骗|偷|殴|围|堵|威胁)|威胁|猥亵|聚众|闹事|打砸|赌博|吸毒|醉汉|(?:发|撒)酒疯|精神病|发疯",
    ),
)
RULES = tuple(Rule(service, strength, re.compile(text)) for service, strength, text in TABLE)

# The sentence is about another time, a supposition, a habit or what came after.
PAST = re.compile(
    r"上个?(?:月|周|星期|礼拜|半年|次|学期|世纪)|去年|前年|大前年|昨[天晚日夜]|前[天晚]|前(?:几|两|些|不久|段)|那次|那年|那天|当[时年天]"
    r"|曾|以前|之前|[\d一二三四五六七八九十几两半]+(?:多)?(?:个)?(?:年|月|天|周|星期|小时)(?:之|以)?前|\d{2,4}年|\d+月\d+|\d+月份|年[初底前]|往年|历史|\d+[日号]"
)
SUPPOSED = re.compile(
    r"如果|假如|假设|万一|要是|一旦|倘若|若|担心|生怕|害怕|怕|避免|防止|预防|以免|免得|防范|防治|容易|极易|易[发引燃]"
    r"|会不会|是不是会|是否|能不能|可不可以|可能会|存在|隐患|风险|演练|演习|训练|培训|知识|宣传|讲座|险些|差点|警惕|谨防|严防|严禁|禁止"
    r"|怎么(?:办理|预防|防|避免|申请|处罚|处理|赔|算)|如何|该怎么|标准|规定|制度|措施|设施|设备(?!.{0,4}(?:着|起|冒))|要求|维修|投诉|建议|希望|整改|检查|验收|报警器|电影|小说|电视剧|游戏|价|甩卖|大促"
)
HABIT = re.compile(
    r"经常|常常|时常|老是|总是|多次|频繁|频发|屡次|屡屡|不止一次|每[天晚次到年周]|天天|长期|一直|时不时|偶尔|动不动|几次|好多次|很多次|事故多发|多起|常年"
)
AFTERMATH = re.compile(
    r"赔偿|赔付|赔钱|理赔|不赔|索赔|保险|认定|定责|责任(?:书|划分)|事故责任|起诉|判决|判了|法院|工伤|伤残|鉴定|报销|医药费|医疗费|住院|出院|手术|康复|死亡证明"
    r"|收费|费用|要价|多少钱|损失|以后|之后|过后|补助|补偿|救助金|低保|调查|原因|处罚|处理结果|结果|通报|监控|咨询|政策|流程|材料|证明|立案|侦查|破案|案子|案件|办案|抓到了|拘留|已(?:经)?(?:报案|扑灭|灭|处理)|去世|后遗症|病史|患有|患者|治疗"
)
NEGATED = re.compile(r"(?:没有?|未|并未|不是|不会|不再|没)(?:发生|出现|被|有|人)?[^,。!?;]{0,2}$")
NOW = re.compile(
    r"正在|现在|刚刚|刚才|刚[^性需好]|此刻|眼下|马上|快来|快点|快派|快叫|赶紧|赶快|救命|救人|救救|今[天早晚日]|突然|突发|还在|已经|紧急|求救|十万火急|立刻|立即|就在|眼看|出事"
)
NOW_DESPITE_AFTERMATH = re.compile(
    r"正在[^,。!?;]{0,3}(?:烧|漏|打|砍|燃|冒|喷|追|抢)|刚刚|刚才|快来|救命|救人|快派|赶紧来|赶快来|马上来|求救"
)
CUE = re.compile(
    NOW.pattern + r"|有人|发作|了[!。,]|了$|[!]|这里|这边|我看[到见]|看到|发现|一个|怎么办$|快"
)

# Above this a message is a letter that tells a story, and plain words need a sign of now.
LETTER = 150
BREAK = re.compile(r"[。!?;]")
PAUSE = re.compile(r"[,。!?;]")


def find_emergency(folded: Folded) -> Emergency | None:
    """The first service of TABLE whose rule holds; None never means that all is well."""
    found = [(rule, match) for rule in RULES for match in _hits(rule, folded.text)]
    if not found:
        return None
    service = found[0][0].service
    ours = sorted({match.span() for rule, match in found if rule.service == service})
    words = tuple(dict.fromkeys(folded.text[start:end] for start, end in ours))
    return Emergency(service, words, tuple(folded.mark(start, end) for start, end in ours))


def _hits(rule: Rule, text: str) -> list[re.Match[str]]:
    return [match for match in rule.pattern.finditer(text) if _is_now(rule, text, match)]


def _is_now(rule: Rule, text: str, match: re.Match[str]) -> bool:
    if rule.strength is ALWAYS:
        return True
    sentence, clause = _around(BREAK, text, match), _around(PAUSE, text, match)
    if _is_harmless(sentence, clause, text[: match.start()]):
        return False
    plain = rule.strength is CLEAR and len(text) <= LETTER
    return plain or bool((NOW if len(text) > LETTER else CUE).search(sentence))


def _is_harmless(sentence: str, clause: str, before: str) -> bool:
    if NEGATED.search(before[-8:]):
        return True
    if AFTERMATH.search(sentence) and not NOW_DESPITE_AFTERMATH.search(sentence):
        return True
    if SUPPOSED.search(clause) and not NOW.search(clause):
        return True
    return bool((PAST.search(sentence) or HABIT.search(clause)) and not NOW.search(sentence))


def _around(edge: re.Pattern[str], text: str, match: re.Match[str]) -> str:
    """The sentence (or clause) that the match stands in."""
    starts = [m.end() for m in edge.finditer(text, 0, match.start())]
    stop = edge.search(text, match.end())
    return text[starts[-1] if starts else 0 : stop.start() if stop else len(text)]

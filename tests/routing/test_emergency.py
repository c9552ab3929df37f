"""What happens now raises the alarm; what merely sounds like it does not."""

from time import process_time

import pytest

from hotline.routing.emergency import find_emergency
from hotline.routing.emergency_words import TABLE
from hotline.routing.fold import fold

NOW = {
    "119": """我家楼下着火了,快来人啊|东兴区西林大道这边一个门面冒浓烟|电瓶车在楼道里烧起来了
        楼道头好大一股煤气味道|施工队把燃气管道挖断了,在喷气|有人被困在电梯里面出不来|电梯困人了
        我困在电梯里了|小孩的头卡在护栏里了|我把娃儿反锁在车里了,天气好热|有个老人掉到窨井里去了
        脚手架垮了,压到了几个工人|孩子挂在六楼窗户外面|液化气罐爆炸了|涨水了,我们几个人被困在房顶上
        家里煤气泄漏,现在怎么办|娃儿手指被搅拌机夹住了取不出来|师傅,樓下著火了快點來|煤氣洩漏了
        变压器着了,火花四溅|地下车库有车在烧|树倒了压到车上,人还在车里|工地塔吊倒了""",
    "120": """我爸爸突然昏迷不醒|路边有个人躺在地上没得呼吸了|我老婆要生了,羊水破了|邻居喝了农药
        小孩吃东西噎到了,脸都紫了|工地上有人从三楼摔下来了|有人触电了|一家人煤气中毒了
        出车祸了,有人受伤躺在地上|摩托车撞到人了,老人动不了,流血|赶紧派个救护车来,我妈昏倒了
        我妈突然说不出话,半边身子动不了|手指头被机器切断了,血止不到|孕妇大出血|他吞了一瓶安眠药""",
    "110": """有人要跳楼|楼顶上坐了个女的说不想活了|有人拿刀砍人|小偷正在我家里偷东西|我被抢劫了
        我儿子走失了，找不到人|老公正在打我，救命|有人撬我家的门|正在给骗子转账，怎么拦得住
        几个人闯进我家里来了|有人站在沱江大桥栏杆上要往下跳|我被关在传销窝点不让走|他发消息说要自杀
        一群人在烧烤摊打起来了|有人要炸学校""",
    "122": """前面路口两辆车撞了，把路堵死了|内遂高速上追尾了|撞人了，司机跑了|一辆货车侧翻在路中间
        我跟一个出租车擦挂了|大货车爆胎横在高速上|车子掉进沟里了""",
    "12395": """沱江上有条船翻了|渡船漏水，正在下沉|有人掉到沱江里头去了|有人落水了
        河里有个娃儿被水冲走了|有人在江里呼救|采砂船断缆了往下游漂""",
    "12119": """山上起火了|后山林子烧起来了，火好大|有人上坟烧纸把山林引燃了|林区冒烟，看到明火了
        竹林着火了，快烧到房子了""",
}
NOT_NOW = """消防检查什么时候来我们店|救护车收费太贵了|火锅店油烟太大|上个月的车祸保险公司一直不赔
    楼道堆满杂物,有火灾隐患|商场搞跳楼价清仓,虚假宣传|交通事故责任认定书好久能拿
    去年我家着火了,想问有没有救助|小区电梯经常坏,怕困到人|电动车在楼道充电,容易引起火灾
    天然气什么时候通气|猝死算不算工伤|跳楼机不安全,没有检验标志|公司组织消防演练能不能提供指导
    工伤骨折怎么鉴定|煤气罐涨价了|烧烤摊冒烟,油烟熏人|路口经常发生车祸,请装红绿灯
    打架被拘留的人怎么探视|救命药能不能进医保|抢购房子排队|抢修停水什么时候结束
    高空抛物差点砸到人|小区着火以后的损失谁赔|化工厂爆炸事故调查报告|关于加装电梯的建议
    电线垂下来了,担心触电|老人走失手环哪里领|沱江上钓鱼要不要证|杀猪场臭味|家门口的古树要死了|没有着火,只是问一下""".replace(
    "\n", "|"
)


# By kind of happening, in the words of callers who do not name it.
SPOKEN = {
    "119": """窗子在往外头冒火,敲门没得人应|着伙了着伙了,在三楼|茶馆里头燃起来了,打牌的没跑脱
        门缝在飘烟,一股焦臭味|电瓶车充电的时候爆了,全是烟|厂子里氨气跑出来了,工人都熏倒了
        煤气灶管子脱了,嗤嗤地跑气|我跟婆婆关在电梯里头半个钟头了|挖机师傅遭土埋了,只看到一只手
        后山的泥巴石头一直往下滚|水都进屋了,有齐腰深,我妈走不了|电线遭货车挂断了,垂到地上打火花
        眼镜蛇跑到客厅来了|娃儿一个人反锁在屋里头,灶上还炖起肉""",
    "120": """老汉儿倒在地上喊不答应|嘴巴突然歪了,一边手脚动不得|吃汤圆卡到喉咙了,脸都紫了
        娃儿把纽扣电池吞了|割草机把脚割了,血飙起来的|我妈糖尿病,打了针以后喊不醒
        大货车把骑车的碾了,人还有口气|菌子吃了全家人上吐下泻|遭毒蛇咬了,手杆肿到肩膀""",
    "110": """快帮我报警|他打电话给我交代后事|屋头进人了,我在柜子里|挖到一颗炮弹
        天台上有个男的不下来,说活起没意思|贼娃子在翻我屋头的窗子|把我弟弟拖上面包车就开跑了
        我遭关在出租房,不准我出门|老汉九十岁了,出去到现在没回屋|对方喊我转到安全账户,已经转了一半
        有人提起杀猪刀在街上砍|我躲在衣柜里头,屋头进人了|有个婆婆迷路了,不晓得家在哪""",
    "122": """前面三个车撞成一串，没伤人|高速上有个车逆起在开|喝麻了的司机车子开得歪歪扭扭
        货车在隧道里头坏了，后头刹不住""",
    "12395": """有人在江里头扑腾|打鱼的船没得动力了，往坝子那边漂|河中间的石头上困了几个人""",
    "12119": """坡上的草草烧起来了，往树林里头跑|烧秸秆的火烧到山上去了""",
}
NEAR_MISSES = """上个月我家着火,保险公司不赔|救护车等了四十分钟才来,我要投诉|燃气公司安检态度不好
    家里换燃气表要收费吗|天然气开户要多少钱|电梯年检过期了还在用|停电两个小时了打不通电业局
    水管爆裂没人修|学校要加强防溺水教育|建议在河边立防溺水警示牌|渔船报废补贴标准
    去年泥石流冲毁的路还没修|森林防火期可以野炊不|清明上坟烧纸的地方不够|烟花爆竹零售许可证咋个办
    对事故责任认定不服|高速路口收费站排队太久|驾照被吊销后多久能考|电动车逆行闯红灯没人管
    前几天被打了,派出所不处理|校园欺凌处理结果不满意|打人的人案件进展如何|家暴后怎么申请保护令
    学生自杀预防讲座什么时候开|抑郁症能不能申请低保|房价涨得要跳楼|窗口的态度气得要吐血
    诈骗短信怎么举报|去年刷单被骗三千,警察说破不了|失踪人员户口注销|流浪狗太多了,怕咬到人
    前天被狗咬了,狗主人不赔医药费|狂犬疫苗多少钱一针|中暑算不算工伤|食堂吃出虫要求退费
    癫痫患者能不能考驾照|心梗支架降价了没得|塔吊离我家太近,觉得不安全|菜刀质量差,用两天就卷了
    去年有人跳楼,房价跌了|有人偷偷在院子里种菜|存款到期取不出来|客服一直没反应|孩子丢了学籍|洪水冲毁的桥什么时候修
    楼道里烧纸钱的味道难闻|邻居在阳台上烧蜂窝煤,烟子熏人""".replace("\n", "|")


def _sentences(text: str) -> list[str]:
    return [part.strip() for line in text.split("\n") for part in line.split("|") if part.strip()]


CALLS = [
    (service, text)
    for calls in (NOW, SPOKEN)
    for service, texts in calls.items()
    for text in _sentences(texts)
]


@pytest.mark.parametrize(("service", "text"), CALLS, ids=[text for _, text in CALLS])
def test_what_happens_now_is_handed_to_its_service(service: str, text: str):
    emergency = find_emergency(fold(text))
    assert emergency is not None
    assert emergency.service == service


@pytest.mark.parametrize("text", _sentences(NOT_NOW) + _sentences(NEAR_MISSES))
def test_what_only_sounds_like_an_emergency_stays_a_matter(text: str):
    assert find_emergency(fold(text)) is None


def test_the_words_that_raised_the_alarm_are_marked_in_the_text_as_written():
    text = "你好，我們 樓下 著 火 了！"
    emergency = find_emergency(fold(text))
    assert [text[mark.start : mark.end] for mark in emergency.marks] == ["著 火"]


def test_now_outweighs_a_supposition_in_the_same_sentence():
    assert find_emergency(fold("我担心煤气泄漏，现在一股煤气味")) is not None


def test_a_letter_that_tells_of_a_past_fire_raises_no_alarm():
    story = "我是老街住户，房子是祖上传下来的，情况是这样。" * 8
    assert find_emergency(fold(story + "那年隔壁着火，墙烧坏了，一直没有人修。")) is None
    assert find_emergency(fold(story + "现在隔壁着火了！")) is not None


def test_a_long_cry_that_only_repeats_itself_is_no_story():
    assert find_emergency(fold("着火了着火了，西林大道五楼，" * 20)).service == "119"
    assert (
        find_emergency(fold("我家楼下的门面着火了，火好大，黑烟把楼梯都堵了。" * 8)).service
        == "119"
    )


def test_one_sentence_of_now_is_found_in_the_longest_text():
    story = "那年修路占了我的地，一直没有说法。" * 500
    assert find_emergency(fold(story + "现在有人要跳楼！" + story)).service == "110"
    assert find_emergency(fold(story + "刚才楼下煤气罐爆炸了！" + story)).service == "119"


@pytest.mark.parametrize("unit", ["他", "着火", "现在人在车里", "被水", "把孩子卡在。", "没有"])
def test_the_longest_text_is_read_in_a_moment(unit: str):
    text = fold(unit * (20_000 // len(unit)))
    begin = process_time()
    find_emergency(text)
    # A few hundredths as a rule; what grows with the square of the length takes many seconds.
    assert process_time() - begin < 1


def test_each_emergency_line_has_its_words():
    assert {service for service, _, _ in TABLE} == {"110", "119", "120", "122", "12395", "12119"}

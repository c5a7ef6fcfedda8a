"""Whom a visitor of the demonstration may be: invented people, each with something to try."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from karavan.accounts.models import Role
from karavan.core.languages import Slots

ALLIANCE: Final = "civic-alliance"
DEPARTMENT: Final = "information-and-public-development"
COUNCIL: Final = "mangystau-region-council"


@dataclass(frozen=True, kw_only=True)
class Account:
    """One demonstration account. Its sign-in code arrives on the mailbox page."""

    key: str
    name: str
    """In Kazakh spelling, as she writes it herself."""
    email: str
    phone: str
    """E.164; of a range nobody is known to use."""
    lang: str
    try_this: Slots
    roles: tuple[Role, ...] = ()
    """None: a resident, which needs no role."""
    organisation: str | None = None
    """Slug of the organisation the roles are held in; None: the whole site."""


CAST: Final = (
    Account(
        key="amina",
        name="Әмина Жолдасова",
        email="amina@karavan.example",
        phone="+77000000001",
        lang="kk",
        try_this=Slots(
            "Ұсынылған орынды қабылдаңыз, билетіңізді ашыңыз немесе отбасыңызбен іс-шараға жазылыңыз. Таңғы "
            "автобус туралы ұсынысыңызға келген жауапты оқып, бағалаңыз немесе қарсылық білдіріңіз. Сол ұсыныстың "
            "талқылауында сізге жауап жазылған: оқып шығып, пікір қалдырыңыз. Автобус туралы тыңдау қазір өтіп жатыр: "
            "сұрақ қойыңыз немесе сөйлеуге жазылыңыз. Оқу тарихыңызда бюджет сабағының сертификаты бар.",
            "Примите предложенное место, откройте билет или запишитесь на событие всей семьёй. Прочитайте ответ "
            "на своё предложение об утреннем автобусе, оцените его или возразите. В его обсуждении вам ответили: "
            "прочитайте новое и напишите комментарий. Слушания об автобусе идут сейчас: задайте вопрос или запишитесь "
            "на выступление. В учебной истории лежит сертификат занятия о бюджете.",
            "Accept the seat you are offered, open your ticket, or register for an event with your family. Read "
            "the answer to your proposal about the morning bus, and rate it or object to it. People answered you in "
            "its discussion: read what is new and write a comment. The hearing on the bus goes on now: ask a question "
            "or sign up to speak. In what you have learned lies the certificate of the training on budgets.",
        ),
    ),
    Account(
        key="bekzat",
        name="Бекзат Төлеген",
        email="bekzat@karavan.example",
        phone="+77000000002",
        lang="kk",
        roles=(Role.ORGANISER,),
        organisation=ALLIANCE,
        try_this=Slots(
            "Ұйымдастырушының жұмыс үстелінде қоңырау шалған адамды іс-шараға жазыңыз, қатысушыларға хабарлама "
            "жіберіңіз, телефоныңызға кіреберіс рұқсатын беріңіз. Астанаға екінші сапардың өтінімдері бағаланып жатыр, "
            "лагердің жеребесі жарияланған. Бюджет сабағы өтті: сағаттар, сертификаттар, пікірлер және есеп дайын. "
            "Кейінге қалдырылған кездесуге жаңа күн қойыңыз.",
            "На рабочем столе организатора запишите позвонившего, напишите участникам, дайте своему телефону пропуск "
            "на вход. Заявки на вторую поездку в Астану оценивают эксперты, жеребьёвка лагеря опубликована. Занятие о "
            "бюджете прошло: готовы часы, сертификаты, отзывы и отчёт. Назначьте новый день перенесённой встрече.",
            "At the organiser's desk, register somebody who called, write to participants, give your telephone a pass "
            "for the door. Applications for the second tour to Astana are being scored, the draw of the camp is "
            "published. The training on budgets is over: hours, certificates, answers and the report are there. Give "
            "the postponed meeting a new day.",
        ),
    ),
    Account(
        key="saule",
        name="Сәуле Ермекова",
        email="saule@karavan.example",
        phone="+77000000003",
        lang="kk",
        roles=(Role.SECRETARY, Role.ORGANISER),
        organisation=COUNCIL,
        try_this=Slots(
            "Бейнеудегі су туралы жауаптың қараламасын тексеріп, жариялаңыз. Мектеп туралы ұсынымды жіберіңіз, карьер "
            "туралы қарсылыққа шешім шығарыңыз, кеңес ережесіне жаңа тармақ енгізіңіз. Пікірлер кезегінде бір шағым "
            "мен екінші модератордың келісімін күткен бір шешім бар. Автобус туралы тыңдаудың залын жүргізіңіз, "
            "отырыс хаттамасына сұралған түзетуді қараңыз.",
            "Проверьте черновик ответа о воде в Бейнеу и опубликуйте его. Отправьте рекомендацию о школе, решите "
            "вопрос о возражении по карьеру, внесите пункт в положение о совете. В очереди комментариев ждут одна "
            "жалоба на решение модератора и одно решение, с которым должен согласиться второй модератор. Ведите зал "
            "слушаний об автобусе, решите о поправке к протоколу заседания.",
            "Check the draft of the answer on water in Beineu and publish it. Send the recommendation on school "
            "places, decide on the objection about the quarry, enter a line of the statute. In the queue of comments "
            "an appeal waits, and a decision that needs a second moderator. Run the hall of the hearing on the bus, "
            "and decide on a correction to the minutes of a sitting.",
        ),
    ),
    Account(
        key="daniyar",
        name="Данияр Асқаров",
        email="daniyar@karavan.example",
        phone="+77000000004",
        lang="ru",
        roles=(Role.MODERATOR,),
        organisation=COUNCIL,
        try_this=Slots(
            "Пікірлер кезегінде төрт мәтін күтіп тұр: бірін қалдырыңыз, бірінің бөлігін жабыңыз не алып тастаңыз. Үш "
            "ұсыныс тексеруді күтеді: бірін жариялап, бірін себебін жазып қайтарыңыз, қағаздан енгізілгенін "
            "түпнұсқасымен салыстырыңыз.",
            "В очереди ждут четыре комментария: оставьте один, закройте часть другого или удалите его. Проверки ждут "
            "три предложения: опубликуйте одно, верните другое с причиной, введённое с бумаги сверьте с оригиналом.",
            "Four comments wait in the queue: keep one, cover a part of another or remove it. Three proposals wait to "
            "be checked: publish one, return another with a reason, compare the one that was entered from paper with "
            "its original.",
        ),
    ),
    Account(
        key="gulnar",
        name="Гүлнар Оразова",
        email="gulnar@karavan.example",
        phone="+77000000005",
        lang="kk",
        roles=(Role.COUNCIL_MEMBER,),
        organisation=COUNCIL,
        try_this=Slots(
            "Кеңес мүшесі ретінде қаралып жатқан ұсыныстарды оқыңыз, мерзімдер тақтасынан кімнің жауабы "
            "күтілетінін көріңіз, ашық отырысқа жазылыңыз. Талқылауда кеңес мүшесі ретінде жауап жазыңыз. Астанаға "
            "екінші сапардың өтінімдерін есімсіз бағалаңыз.",
            "Как член совета прочитайте предложения на рассмотрении, посмотрите на доске сроков, чей ответ "
            "ожидается, и запишитесь на открытое заседание. Ответьте в обсуждении от имени члена совета. "
            "Оцените без имён заявки на вторую поездку в Астану.",
            "As a council member, read the proposals under consideration, see on the board of dates whose answer "
            "is expected, and register for the open meeting. Answer in a discussion as a member of the council. Score "
            "applications for the second tour to Astana without seeing names.",
        ),
    ),
    Account(
        key="kayrat",
        name="Қайрат Оразбаев",
        email="kayrat@karavan.example",
        phone="+77000000007",
        lang="kk",
        roles=(Role.COUNCIL_MEMBER,),
        organisation=COUNCIL,
        try_this=Slots(
            "Кеңес төрағасы ретінде отырыстар мен олардың хаттамасын, мүшелердің қалай дауыс бергенін қараңыз. Түзету "
            "мерзімі біткен хаттамаға хатшымен бірге келісім бересіз.",
            "Как председатель совета посмотрите заседания, их протоколы и то, как голосовали члены совета. Протокол, "
            "срок поправок к которому вышел, согласуете вы и секретарь.",
            "As chair of the council, look at the sittings, their minutes and how members voted. Once the days for "
            "corrections have passed, you and the secretary agree to the minutes.",
        ),
    ),
    Account(
        key="admin",
        name="Айбек Серікұлы",
        email="admin@karavan.example",
        phone="+77000000006",
        lang="ru",
        roles=(Role.ADMINISTRATOR,),
        try_this=Slots(
            "Әкімші ретінде жұмыс күндерінің күнтізбесін өзгертіп, ашық мерзімдердің қалай қайта есептелетінін "
            "көріңіз. Барлық ұйымның іс-шаралары мен ұсыныстары бір жұмыс үстелінде.",
            "Как администратор измените календарь рабочих дней и посмотрите, как пересчитаются открытые сроки. "
            "События и предложения всех организаций — на одном рабочем столе.",
            "As administrator, change the calendar of working days and see how open dates are counted anew. The "
            "events and proposals of every organisation are on one desk.",
        ),
    ),
)
"""In the order a visitor would meet them."""

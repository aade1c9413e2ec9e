"""The words by which people include, exclude and prefer. General English only, no subject matter.

Every cue says where its content stands: `before` it ("X is not relevant"), `after` it ("nothing on X"), or
that it may stand alone ("no thanks") and then speaks of what came just before. Traps come first: phrases that
look like a cue and are none ("nothing but", "no later than", "non-fiction").
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Label = Literal["want", "avoid", "prefer", "disprefer", "background", "task"]
Side = Literal["before", "after"]


@dataclass(frozen=True, slots=True)
class Cue:
    """A cue found in a piece: what it says, where its content is, and the characters it occupies."""

    label: Label
    side: Side
    start: int
    end: int


_BE = r"(?:is|are|was|were|be|being|isn['’]?t|aren['’]?t)"
_NOT = (
    r"(?:(?:is|are|do|does|did|will|would|should|shall|can|could|may|must|need|has|have|was|were)"
    r"(?:n['’]?t| not| never|not)|cannot|can['’]?t|won['’]?t|shan['’]?t|ain['’]?t)"
)
_ADVERB = r"(?:\s+(?:really|at all|ever|simply|also|actually|plainly|even|usually|by themselves|themselves|alone|much|always|necessarily|by any means))?"

TRAPS = (
    r"nothing (?:but|less than|short of|else (?:than|but))",
    r"none (?:but|other than)",
    r"no(?:t)? (?:\w+er|less|more|fewer) than",
    r"not (?:only|just|merely|simply|limited to|least|necessarily|to mention|unlike|restricted to|confined to)",
    r"(?:whether|even if) or not",
    r"or not",
    r"non-?\w+",
    r"no(?:\.|t)? ?\d+",
    r"no doubt|no matter|no longer than|no one|if not|not yet",
    r"anything but",
    r"(?:do|does|should|must|may|can|will|need|would)(?:n['’]?t| not)"
    r" (?:leave out|skip|omit|miss|forget|exclude|ignore|drop|overlook|neglect|leave off|filter out)",
    r"never (?:skip|omit|miss|forget|exclude|ignore|drop|overlook)",
)
"""What a trap covers counts as no exclusion. "anything but X" is listed because `but` opens no clause there."""

# "X is not relevant": the content stands before the cue.
AVOID_BEFORE = (
    rf"{_NOT}{_ADVERB} (?:be )?(?:considered |deemed |judged |regarded as |thought |treated as |of |to be )?"
    r"(?:relevant|wanted|needed|required|acceptable|eligible|welcome|allowed|admissible|admitted|of interest|interesting|useful|"
    r"helpful|enough|sufficient|suitable|useable|usable|applicable|included|returned|shown|retrieved|listed|in scope|within scope|"
    r"appropriate|counted|good enough|permitted|sought|valid|a substitute|in issue|in play|in question|desired|evidence|any use|"
    r"any good|worth (?:\w+ing|it|my time|our time)|what (?:i|we|he|she|they|the \w+)\b.*|for (?:me|us)|my thing|our (?:thing|question|concern|business|problem|subject|topic)|"
    r"my (?:question|concern|business|problem|subject|topic)|the (?:target|point|topic|subject|question|issue|focus|same(?: thing)?|aim|place|case))\b",
    rf"{_NOT}{_ADVERB} (?:count|qualify|apply|help|matter|belong|appear|interest|do|work|fit|suffice|serve|come into|convince|"
    r"persuade|show up|meet|make|suit|fall|feature|figure|concern|deserve|earn|pass|satisfy|be (?:here|there|among|part|in the|on the))\b.*",
    rf"{_BE} (?:\w+ly |not |all |also |both |then |best |better |always |therefore |to be |hereby )*"
    r"(?:irrelevant|excluded|ignored|skipped|omitted|disregarded|rejected|dropped|discarded|unwanted|unwelcome|useless|worthless|"
    r"insufficient|ineligible|inadmissible|unsuitable|unacceptable|unhelpful|unneeded|unnecessary|uninteresting|inappropriate|"
    r"out\b|off[- ](?:topic|the table|limits|scope|target|subject)|ruled out|left out|left aside|left off|set aside|put aside|filtered out|weeded out|thrown out|screened out|kept out|"
    r"passed over|taken out|turned away|beside the point|nonrelevant|non-relevant|banned|barred|forbidden|out of|outside|beyond|"
    r"no (?:good|use|help|substitute|part|concern|interest|longer|go|evidence|answer|business)|of (?:no|little) (?:\w+ )?(?:use|interest|help|value|concern|"
    r"consequence|relevance|account)|noise|clutter|spam|pointless|a no\b|a waste|redundant|removed|avoided|a separate|separate|another (?:matter|story|question|department|topic|subject|memo|paper|issue|project)|"
    r"(?:a )?(?:\w+ )?different (?:\w+ )?\w+|something else|someone else['’]?s|somebody else['’]?s|wrong|lost on|the wrong|not (?:mine|ours|it)|dead to me|a dealbreaker|a deal[- ]?breaker|excepted|exempt|a distraction|"
    r"covered(?: already| elsewhere)?|already|old (?:hat|news)|handled|a colleague['’]?s)\b.*",
    r"(?:can|may|should|must|shall|could|to|ought to|needs? to|will) (?:all |safely |also |both |just |please |then |therefore |happily |quietly |always )*(?:be |stay |remain |go )?"
    r"(?:excluded|ignored|skipped|omitted|disregarded|rejected|dropped|discarded|left out|left aside|set aside|put aside|filtered out|weeded out|"
    r"thrown out|passed over|kept out|left off|removed|avoided|returned to|out\b|away|unread|elsewhere|on the shelf|in the drawer|ruled out|screened out|be gone|wait|left alone|left behind)\b.*",
    r"(?:belongs?|goes|go|lies?|falls?|sits?|stands?|stays?|remains?|lives?|is|are) (?:\w+ )?(?:elsewhere|outside|beyond|on the shelf|to (?:a|another|our|the other) (?:colleague|team|group)|out of (?:scope|bounds))\b.*",
    r"(?:fail|fails|fails this|disqualif(?:y|ies))(?:\s+(?:too|the test|this test|to (?:meet|qualify)|here|as well|a \w+))*$",
    r"(?:hold|holds|have|has|had|is of|are of|of|carry|carries|serve|serves|bring|brings|add|adds|do|does|being of|offers?) (?:no|zero|nothing|little) (?:\w+ )?"
    r"(?:interest|use|value|place|relevance|bearing|part|purpose|good|help|weight|appeal|consequence|claim|business|to (?:me|us|this|the)|for (?:me|us))\b.*",
    r"(?:bores?|confuses?|misleads?|annoys?|tires?|would (?:only )?(?:confuse|mislead|dilute|distract|bore|annoy|clutter|muddy|skew)|only confuses?|clutters?|muddy|muddies|dilutes?) .*",
    r"(?:has|have|had) (?:been|already been|all been) (?:done to death|flogged|covered|collected|dealt with|seen|read|handled|finished|gathered|settled|exhausted|ruled out|excluded)\b.*",
    r"(?:excluded|excepted|exempted|omitted|ignored|skipped|barred|disregarded|discarded|unneeded|unwanted|unwelcome|irrelevant|useless|"
    r"worthless|pointless|notwithstanding|aside|set aside|left out|left aside|off the table|off[- ]topic|out of scope|out of the question|not (?:required|needed|wanted|relevant|allowed|necessary|applicable|included|please)|"
    r"dropped|thrown out|ruled out|weeded out|filtered out|kept out|screened out|nowhere|no tier|uninteresting|need not apply|elsewhere|beside the point|done to death|insufficient|ineligible|forbidden|banned)"
    r"(?: (?:too|please|as well|altogether|entirely|here|for (?:me|us)|to (?:me|us|the user)|now|also|this time|likewise|thanks))*$",
    r"(?:i|we)(?:['’]ve| have)? (?:already )?(?:have|own|know|read|seen|tried|collected|covered|memorised|memorized|had|got|done|finished|heard|watched|played|visited|can live without|could live without|(?:don['’]?t|do not|dont) (?:want|need|care)|"
    r"(?:can['’]?t|cannot) (?:use|stand|have|eat|take|bear)|can do without|could do without|['’]?d rather not see|refuse)"
    r"(?: (?:already|by heart|enough(?: of)?|them|it|those|that|all(?: of)?|to \w+|about|for|too|before|and returned|and hated|up to here|that one))*$",
    r"(?:no|nope|nah|never|no thanks|no thank you|no thx|pass|skip|omit|exclude|drop|ignore|reject|out|discard|not|a no|please no|god no|hell no|absolutely not|certainly not|by no means|no way|not interested|leave (?:it|them|those|that)(?: out)?|spare me|avoid|don['’]?t|dont|nowhere|(?:is|are|does|do|has|have|will) not)"
    r"(?: (?:too|please|pls|plz|thanks|as well|either|lol|obviously|altogether|here))*$",
    r"(?:tells?|says?|adds?|teach|teaches|gives?|brings?|offers?) (?:me|us|the \w+ )?nothing\b.*",
    r"(?:mustn['’]?t|must not|should not|shouldn['’]?t|shall not|may not|cannot|can['’]?t|never) be (?:\w+)\b.*",
    r"(?:has|have) (?:no|nothing)(?: \w+)? (?:place|to do with|relevance|bearing|business)\b.*",
    r"(?:goes?|go) (?:to (?:a|another|our|the)|in the bin|unread|straight)\b.*",
)

# "nothing on X": the content stands after the cue.
AVOID_AFTER = (
    r"^(?:(?:the following|these|the rest|all others?|others?)(?: are| is)? )?(?:not (?:relevant|wanted|needed|required|acceptable|eligible|of interest|included|in scope|interested(?: in)?)|not|irrelevant|ineligible|excluded|exclusions?|excludes?|exclude|out|unwanted|nope|no|avoid|reject|rejected|skip|omit|without|minus|disqualified|dealbreakers?|off[- ]limits|off[- ]topic|disqualifying|don['’]?ts?|never|bad|ignore|outside (?:the|our|my) \w+|out of scope)$",
    r"^(?:(?:and|but|or|so|also|please|pls|plz|plus|just|then|with|though|however|definitely|certainly|absolutely|really|btw|or rather|again) )*"
    r"(?:not|no|never|neither|nor|none of|nope|nah|nothing|without|w/o|except|excepting|excluding|other than|apart from|aside from|rather than|instead of|as opposed to|"
    r"barring|minus|save for|free of|free from|anything but|anywhere but|all but|exclude|excludes|leave out|leaves out|leave off|leave aside|leaving out|leaving aside|leaving off|skip|skips|skipping|drop|dropping|ignore|ignores|ignoring|"
    r"omit|omitting|avoid|avoiding|disregard|disregarding|discard|discarding|reject|rejects|rule out|ruling out|filter out|filtering out|weed out|screen out|cut|cut out|strip|strip out|remove|removing|hold the|hold back|spare (?:me|us)|keep out|"
    r"forget|forget about|steer clear of|stay away from|stay clear of|do away with|throw out|pass over|put aside|set aside|lose|ban|bar|avoids|bin|scrap|ditch|nix|kill|reject|refuse|no more|enough (?:of|with|about)|dispense with|hide|block|mute|suppress)\b"
    r"(?: (?:anything|everything|all|any|the ones|ones|those|that|whatever|every(?: \w+)?))?(?: (?:on|about|from|for|of|to do with|involving|with|that|which|in which|by|where))?",
    r"(?:^|\b)(?:please |kindly )?(?:do not|don['’]?t|dont|never) (?:\w+ )?(?:want|need|send|show|give|return|include|retrieve|list|count|bring|bother with|bother|tell|recommend|suggest|care (?:about|for)|bring up|offer|treat|accept|"
    r"waste|put|use|wanna|select|pick|quote|cite|rank|point me to|hand)\b(?: (?:me|us|to hear about|hear about|to see|to|any|anything|the ones))?",
    r"(?:i|we)(?:['’]?(?:d|m|ve|ll|re)| am| have| are| would| will)? (?:rather not|sooner not|not (?:interested in|after|looking for|keen on|bothered (?:about|with)|concerned with|want(?:ing)?|need(?:ing)?|here for)|"
    r"no (?:use|need|interest|longer|time|wish|patience|room|appetite)|had (?:our|my) fill of|had enough of|sick of|tired of|fed up with|done with|finished with|allergic to|can(?:no|['’]?)t (?:use|stand|have|do)|refuse|seen enough|through with|over)\b(?: (?:for|of|in|to|about|see|read|hear))*",
    r"(?:^|\b)(?:outside|beyond|out of) (?:the |our |my |this |its )?(?:scope|remit|topic|brief|bounds|question|list)\b:?",
    r"^(?:not relevant|irrelevant|ineligible|excluded|exclusions?|excludes?|exclude|out|unwanted|not wanted|nope|no|not|avoid|reject|rejected|skip|omit|without|minus|disqualified|dealbreakers?|off[- ]limits|off[- ]topic|disqualifying|nots?|don['’]?ts?|never|less|bad|ignore|the following are not)\s*:",
    r"\bkeep (?=.*\bout\b)",
    r"\bleave (?=.*\b(?:out|aside|off)\b)",
    r"\b(?:what|which) (?:i|we) (?:don['’]?t|do not|dont|can['’]?t|cannot) (?:want|need|use|have|accept)\w*(?: is| are)?",
    r"^(?:i|we) (?:can['’]?t|cannot|won['’]?t|don['’]?t|dont|do not) (?:use|stand|accept|take|eat|have|want|need|like|wear|do)\b",
    r"^(?:which is not|that (?:is|are|was|were)(?:n['’]?t| not)|isn['’]?t|aren['’]?t|is not|are not|who (?:is|are) not|not being)\b",
)

PREFER_BEFORE = (
    r"(?:is|are|be|being|would be|will be|get|gets|were|come|comes)?\s*(?:\w+ly )?(?:preferred|preferable|favou?red|prioriti[sz]ed|boosted|appreciated|treasured|best|ideal|lovely|nice(?: to have)?|brilliant|great|perfect|a plus|a bonus|an advantage|"
    r"the icing.*|gold|a coup|a real plus|a (?:\w+ )?plus|a (?:nice )?(?:extra|treat|delight)|wonderful|handy|most (?:useful|welcome|interesting|helpful|valuable)|especially \w+|my first pick|first choice)(?: (?:though|to|if|too|please|but|by|for|over)\b.*)?$",
    r"(?:should|must|shall|to|would|could|may|can|do|does)?\s*(?:rank|ranks|come|comes|go|goes|float|rise|sort|sorted|placed|move|moves|listed|put|be|first|get|gets|deserve|deserves|carry|carries|earns?|given?) (?:\w+ )?(?:first|highest|higher|up|on top|at the top|to the top|near the top|to the front|at the front|near the front|"
    r"the top|top|above|extra (?:weight|points|credit)|extra|priority|precedence|preference|weight|most weight|more weight|points|ahead)\b.*",
    r"\b(?:first(?: and foremost| please)?|foremost|above all(?: else)?|preferably|ideally|if possible|if (?:there['’]?s|there is|you have|available|any|it can be done|you can|fate).*|nice to have|a bonus|bonus|a plus|optional|wherever possible|where possible|at the top|near the top|for preference|on top|top of the list)$",
    r"would (?:\w+ )?(?:swing|sweeten|help|tip|please|suit|delight|cheer|speak|clinch|seal|win|make)\b.*",
    r"(?:matters? most|most of all|count(?:s)? double|doubly so|delights? me|make my day|tips? the balance|gets? points|earns? points|rate[s]? high\w*|win over|is better|are better|"
    r"help me most|is a good sign|are closest to us|please me most|would be closest to us|top my list|above them)\b.*",
)
PREFER_AFTER = (
    r"^(?:(?:and|but|also|please|then) )*(?:prefer|preferring|preferably|preference(?: for| to|:)|ideally|favou?r|favou?ring|prioriti[sz]e|boost|emphasi[sz]e|bonus(?: points)?(?: for| if|:)?|extra (?:points|credit|weight)(?: for| to)?|nice to have:?|best if|even better(?: if)?|a plus(?: if|:)?|"
    r"better still|better(?: if)?|tie-?breaker:?|if (?:possible|you can)|especially|particularly|in particular|yay:?|plus points for|most of all|above all|first|priority(?: to|:)|top:|should:)\b:?",
    r"(?:i|we)(?:['’]?d| would)?(?: much| really| rather)? (?:prefer|favou?r|lean (?:towards|to)|like best|love|rather (?:have|see|read)|sooner (?:have|see|read)|go for|begin with|start with|give (?:extra|more) weight to|trust most)\b",
    r"\b(?:give|put|rank|place|move|push|bump|bring|float|sort|list) (?=.*\b(?:boost|first|priority|preference|top|front|up|above|higher|extra|weight|ahead)\b)",
    r"\bif (?:possible|available|there['’]?s a choice|you can|any exist)\b",
    r"\bshould ideally\b|\bwould ideally\b|\bpreferably\b|\bwhere available\b",
)
DISPREFER_BEFORE = (
    r"(?:should|must|may|can|could|to|would|will|shall|do|does|i['’]?d|rank them|rank|ranks|go|goes|come|comes|sit|sits|place|placed|sink|sinks|be|stay|are|is)?\s*(?:rank(?:s|ed)?|come|comes|go|goes|sit|sits|sink|sinks|placed|place|be|stay|fall|falls|ranked|them|put|drop|drops|slide|appear|slip|listed)?\s*"
    r"(?:to |at |in |near |towards? |on )?(?:the |a |my )?(?:lower(?: down| place| in the list| than .*| for me)?|last(?: resort| place)?|bottom(?: of .*)?|end(?: of .*)?|behind.*|beneath.*|below .*|underneath.*|second(?: best| tier)?|far down|further down|down the list.*|tail|rear|low)$",
    r"\b(?:less so|hardly(?: \w+)*|meh|tolerated|less desirable|less interesting|less useful|less (?:\w+ )?(?:relevant|important|interest(?:ing|ed)?|wanted|favou?red)|least favou?red|interest(?:s)? (?:me|us) less|of marginal (?:interest|use|value)|marginal|of (?:limited|minor|secondary|lesser) (?:interest|use|value|importance)|"
    r"(?:only )?(?:a |as a )?(?:last resort|partial match|poor (?:stand-in|substitute|second)|compromise)|only partial|is partial|halfway|half|second(?:ary)? best|next best|a clich[eé]|overrepresented|at a pinch(?: .*)?|if push comes to shove|if (?:that['’]?s|there['’]?s|there is|nothing|all else).*|a pinch|come second|if need be|as (?:a )?(?:fallback|backup)|"
    r"fill any gap|somewhat less|don['’]?t convince me|count(?:s)? against.*|push (?:it|them) down|rank (?:it|them) (?:down|behind|lower|low|last)|unfavou?red|take second place|i['’]?d rather see last)\b",
)
DISPREFER_AFTER = (
    r"^(?:(?:and|but|also|please|then) )*(?:less interested in|less keen on|not so keen on|rather less|disprefer|demote|downrank|down-rank|downweight|penali[sz]e|play down|de-?emphasi[sz]e|tail off with|rank (?:lower|low|down)|meh|failing that|in preference to|(?:would )?sooner not|lower:|deprioriti[sz]e)\b:?",
    r"(?:i|we)(?:['’]?(?:d|m)| would| am| are)? (?:rather not|sooner not|(?:a bit |somewhat |rather )?less (?:interested in|keen on)|not so (?:interested in|keen on|fond of))\b",
    r"\b(?:count|treat|score) (?=.*\b(?:halfway|half|partial|lower|less)\b)",
)

BACKGROUND = (
    r"^(?:(?:and|but|so|because|since|as) )?(?:i|we)(?:['’]m| am|['’]re| are) (?!(?:\w+ )?(?:after|looking|interested|seeking|searching|trying to find|hunting|collecting|keen))",
    r"^(?:(?:and|but|so|because|since) )?(?:i|we) (?:work|sit|have|maintain|run|teach|live|coach|import|advise|present|keep|write|look after|chair|manage|lead|edit|own|brief|signed|lost|suspect|bought|get|grow|think|study|moved|got|read|met|once|"
    r"recently|just|represent|rent|supply|import|volunteer|serve|handle|teach|do)\b",
    r"^(?:(?:and|but|so|because|since) )?(?:my|our) (?!(?:\w+ )?(?:interest|question|need|focus|aim|topic))",
    r"^(?:hi|hello|hey|dear|thanks|thank you|thx|cheers|good (?:morning|evening)|please help|help|context)\b",
    r"^(?:the|this) (?:user|client|customer|reader|patient|asker|agent) (?:is|has|runs|works|writes|was|lives|asked|wants a)\b",
    r"^(?:as an?|being an?|speaking as) \w+",
    r"^(?:somebody|someone|last (?:night|week|month|year)|next (?:week|month|year)|yesterday|tomorrow|today)\b",
    r"^(?:it['’]?s|it is|this is) (?:for|my|our|due)\b",
    r"\b(?:makes? no (?:odds|difference)|does(?:n['’]?t| not) matter|do(?:n['’]?t| not) matter|no obstacle|either way|equally (?:relevant|welcome|fine|good|readable)|as relevant as|"
    r"neither here nor there|no less relevant|remains? (?:relevant|eligible)|may (?:be included|stay|appear|still count|be listed|be judged)|still (?:count|counts|relevant|qualify|qualifies|listed)|need not (?:be|have|mention|match)|pose no problem|not an obstacle|"
    r"(?:is|are|would be|also|perfectly|all|still) (?:\w+ )?(?:fine|ok|okay|acceptable|welcome|allowed|permitted)|alike)(?: (?:too|as well|for (?:me|us|this)|here|by me|either way|also|by us))*$",
    r"^[\w' -]{1,40} (?:fine|ok|okay|acceptable|allowed|welcome|alike|irrespective)(?: too| as well| by me| for me| by us)?$",
    r"^(?:whatever|regardless|irrespective|no matter|whether)\b",
    r"\bin case (?:it|that) (?:matters|helps)\b|not that it matters|\bfwiw\b|\bfyi\b",
)
REQUEST = re.compile(
    r"\b(?:want|need|looking for|look for|after|like to (?:see|read|find|know|have|get)|show|find|seek\w*|interested in|search\w*|help me find|care about|"
    r"collect\w*|hunting|send me|give me|tell me|must|require|only|what counts|would like|curious about|what helps|i['’]d like|recommend|hoping|trying to)\b",
    re.IGNORECASE,
)
"""A clause of a person about themselves that asks for something is no background."""

TASK = re.compile(
    r"^(?:(?:please|pls|kindly|hi|hello|could you|can you|would you|i want you to|you should|your task is to|task:|query:|step \d+:?)[,:]? )*"
    r"(?:find|retrieve|identify|locate|fetch|search for|search|look for|looking for|seeking|list|compile|collect|gather|return|give me|get me|show me|send me|"
    r"show|surface|suggest|rank|pull up|bring me|provide|i am looking for|i['’]m looking for|we are looking for|i want to (?:find|see)|help me find|dig up|hunt down|i['’]m after|i am after)\b"
    r"(?: me| us| all| any| every| some)*(?= \S)",
    re.IGNORECASE,
)
RELEVANT_LEAD = re.compile(
    r"^(?:an? |the |any )?(?:relevant|qualifying|suitable|good|useful)? ?(?:documents?|papers?|articles?|passages?|pages?|results?|texts?|hits?|records?|items?|reports?)"
    r" (?:will|would|must|should|shall|has to|have to|needs? to|is relevant if(?: and only if)?(?: it)?|are relevant if(?: they)?|is one that|are those that)\b",
    re.IGNORECASE,
)


def _compiled(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


_TRAP = re.compile("|".join(rf"\b(?:{trap})\b" for trap in TRAPS), re.IGNORECASE)
_BACKGROUND = _compiled(BACKGROUND)
_TABLE: tuple[tuple[re.Pattern[str], Label, Side], ...] = (
    (_compiled(DISPREFER_AFTER), "disprefer", "after"),
    (
        re.compile("|".join(rf"\b(?:{p})" if not p.startswith(r"\b") else p for p in DISPREFER_BEFORE), re.I),
        "disprefer",
        "before",
    ),
    (_compiled(PREFER_AFTER), "prefer", "after"),
    (_compiled(AVOID_AFTER), "avoid", "after"),
    (re.compile("|".join(rf"\b(?:{p})" for p in AVOID_BEFORE), re.I), "avoid", "before"),
    (
        re.compile(
            "|".join(rf"(?:{p})" if p.startswith(r"\b") else rf"\b(?:{p})" for p in PREFER_BEFORE), re.I
        ),
        "prefer",
        "before",
    ),
)


def find_cue(text: str) -> Cue | None:
    """The cue of one piece, or None; what a trap covers is not seen."""
    shown = _TRAP.sub(lambda match: "\x00" * len(match[0]), text)
    for pattern, label, side in _TABLE:
        match = pattern.search(shown)
        if match:
            return Cue(label, side, match.start(), match.end())
    return None


def is_background(text: str) -> bool:
    """Whether a piece without a cue says nothing on relevance: who asks, why, what is allowed either way."""
    match = _BACKGROUND.search(text)
    return match is not None and not (match.start() == 0 and REQUEST.search(text))

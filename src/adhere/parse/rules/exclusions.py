"""The ways to exclude, and the traps that only look like one. General English, no subject matter."""

from __future__ import annotations

BE = r"(?:is|are|was|were|be|being)"
NEGATION = (
    r"(?:(?:is|are|do|does|did|will|would|should|shall|can|could|may|must|need|has|have|was|were)"
    r"(?:n['’]?t| not| never|not| by no means| no longer| in no way| nowhere near)|cannot|can['’]?t|"
    r"won['’]?t|shan['’]?t|ain['’]?t)"
)
ADVERB = (
    r"(?:\s+(?:really|at all|ever|simply|also|actually|plainly|even|usually|by themselves|"
    r"themselves|alone|much|always|necessarily|by any means))?"
)

_VERDICTS = (
    r"(?:\w+ )?(?:considered|included|returned|shown|listed|retrieved|relevant|counted|used|accepted|there|"
    r"excluded|ignored|skipped|omitted|dropped|overlooked|missed|left out|displayed|part of)\b"
)
TRAPS = (
    r"out[- ]of[- ](?:stock|print|date|warranty|office|town|season)|sold[- ]out",
    r"not that (?:it|this|that)",
    r"nothing (?:but|other than|less than|short of|else (?:than|but))",
    r"(?:and |but )?(?:with )?(?:absolutely )?(?:nothing (?:else|more)|no others?)$",
    r"none (?:but|other than)",
    r"no(?:t)? (?:\w+er|less|more|fewer) than",
    r"not (?:only|just|merely|simply|limited to|least|necessarily|to mention|unlike|restricted to|"
    r"confined to)",
    r"(?:whether|even if) or not",
    r"or not",
    r"non-\w+|non(?:fiction|stop|profit)s?",
    r"no(?:\.|t)? ?(?!(?:1[6-9]|20)\d\d [a-z])\d+",
    r"no-\w+",
    r"(?:times?|timed|runs?|ran|find|figure|sold|fell|drop\w*|black\w*|carr\w+|works?|turn\w*|worn|"
    r"point\w*|print\w*|fad\w+|burn\w*|phase\w*|roll\w*|broken|spell\w*|pull\w*|check\w*|try|trying|"
    r"stands?|set|hand\w*) out",
    r"(?:switch\w*|turn\w*|put|take\w*|took|one|kick\w*|days?|hood|time|well|better|spin|far|show\w*|"
    r"lights?|cut) off",
    r"(?:status|outcome|decision) (?:is|are|must be|should be|has to be) \w+",
    r"no doubt|no matter|no longer than|no one|if not|not yet",
    r"(?:do|does|should|must|may|can|will|need|would)(?:n['’]?t| not)"
    r" (?:leave out|skip|omit|miss|forget|exclude|ignore|drop|overlook|neglect|leave off|filter out)",
    r"never (?:skip|omit|miss|forget|exclude|ignore|drop|overlook)",
    rf"{NEGATION} (?:be )?(?:excluded|ignored|skipped|omitted|disregarded|dropped|discarded|irrelevant|"
    r"unwelcome|ruled out|left out|filtered out|banned|barred|forbidden|off[- ]limits|out of scope)",
)
"""What a trap covers counts as no exclusion."""

# "X is not relevant": the content stands before the cue.
AVOID_BEFORE = (
    r"(?:has|have|plays?|takes?) no (?:standing|part|place|role)\b.*",
    r"(?:(?:is|are) )?(?:suppressed|overkill|spoken for)$",
    r"belongs? in (?:another|a different|some other) \w+$",
    rf"{NEGATION}{ADVERB} (?:be )?"
    r"(?:considered |deemed |judged |regarded as |thought |treated as |of |to be )?"
    r"(?:relevant|wanted|needed|required|acceptable|eligible|welcome|allowed|admissible|admitted|"
    r"of interest|interesting|useful|"
    r"helpful|enough|sufficient|suitable|useable|usable|applicable|included|returned|shown|retrieved|"
    r"listed|in scope|within scope|"
    r"appropriate|counted|good enough|permitted|sought|valid|a substitute|in issue|in play|in question|"
    r"desired|evidence|any use|"
    r"any good|worth (?:\w+ing|it|my time|our time)|what (?:i|we|he|she|they|the \w+)\b.*|for (?:me|us)|"
    r"my thing|our (?:thing|question|concern|business|problem|subject|topic)|"
    r"my (?:question|concern|business|problem|subject|topic)|the (?:target|point|topic|subject|question|"
    r"issue|focus|same(?: thing)?|aim|place|case))\b",
    rf"{NEGATION}{ADVERB} (?:count|qualify|apply|help|matter|belong|appear|interest|do|work|fit|suffice|"
    rf"serve|come into|convince|"
    r"persuade|show up|meet|make|suit|fall|feature|figure|concern|deserve|earn|pass|satisfy|be (?:here|"
    r"there|among|part|in the|on the))\b.*",
    rf"{BE} (?:\w+ly |all |also |both |then |best |better |always |therefore |to be |hereby )*"
    r"(?:irrelevant|excluded|ignored|skipped|omitted|disregarded|rejected|dropped|discarded|unwanted|"
    r"unwelcome|useless|worthless|"
    r"insufficient|ineligible|inadmissible|unsuitable|unacceptable|unhelpful|unneeded|unnecessary|"
    r"uninteresting|inappropriate|"
    r"out\b|off[- ](?:topic|the table|limits|scope|target|subject)|ruled out|left out|left aside|"
    r"left off|set aside|put aside|filtered out|weeded out|thrown out|screened out|kept out|"
    r"passed over|taken out|turned away|beside the point|nonrelevant|non-relevant|banned|barred|"
    r"forbidden|out of|outside|beyond|"
    r"no (?:good|use|help|substitute|part|concern|interest|longer|go|evidence|answer|business)|of (?:no|"
    r"little) (?:\w+ )?(?:use|interest|help|value|concern|"
    r"consequence|relevance|account)|noise|clutter|spam|pointless|a no\b|a waste|redundant|removed|"
    r"avoided|a separate|separate|another (?:matter|story|question|department|topic|subject|memo|paper|"
    r"issue|project)|"
    r"(?:a )?(?:\w+ )?different (?:\w+ )?\w+|something else|someone else['’]?s|somebody else['’]?s|wrong|"
    r"lost on|the wrong|not (?:mine|ours|it)|dead to me|a dealbreaker|a deal[- ]?breaker|excepted|exempt|"
    r"a distraction|"
    r"covered (?:already|elsewhere)|already|old (?:hat|news)|handled|a colleague['’]?s)\b.*",
    r"(?:so |please |but |just )*(?:rule|leave|set|strike|put|cut|take|keep|filter|weed|throw|"
    r"screen) (?:it|them|those|that|these|this)(?: all)? (?:out|aside|off|away|on the shelf)\b.*",
    r"(?:can|may|should|must|shall|could|to|ought to|needs? to|will) (?:all |safely |also |both |just |"
    r"please |then |therefore |happily |quietly |always )*(?:be |stay |remain |go )?"
    r"(?:excluded|ignored|skipped|omitted|disregarded|rejected|dropped|discarded|left out|left aside|"
    r"set aside|put aside|filtered out|weeded out|"
    r"thrown out|passed over|kept out|left off|removed|avoided|returned to|out\b|away|unread|elsewhere|"
    r"on the shelf|in the drawer|ruled out|screened out|be gone|wait|left alone|left behind)\b.*",
    r"(?:belongs?|goes|go|lies?|falls?|sits?|stands?|stays?|remains?|lives?|is|"
    r"are) (?:\w+ )?(?:elsewhere|outside|beyond|on the shelf|to (?:a|another|our|the other) (?:colleague|"
    r"team|group)|out of (?:scope|bounds))\b.*",
    r"(?:fail|fails|fails this|disqualif(?:y|ies))(?:\s+(?:too|the test|this test|to (?:meet|qualify|"
    r"satisfy).*|here|as well|a \w+))*$",
    r"(?:(?:is|are|was|were|being|['’]s|['’]re) )?(?:obsolete|outdated|stale|bunk|rubbish|garbage|trash|"
    r"a nuisance|a waste(?: of.*)?|a plague|a rabbit hole.*|surplus(?: to.*)?|misleading|too (?:late|far|"
    r"old|long|short|expensive|basic|much|many|big|small|early|heavy|slow|general|broad|narrow|shallow|"
    r"new)\b.*|cheating|trouble|overdone|overtaken|the opposite of.*|the subject of another.*|"
    r"what (?:i['’]m|we['’]re) trying to get past)$",
    r"(?:over my dead body|jog on|taken as read|can go|can wait|hidden|avoided|refused|ditto|off|away|"
    r"wrong \w+|mislead|misleads|defeats? the (?:point|purpose|object)|drop off (?:it|the list)|"
    r"strike (?:it|them) off|has had its day|owned|returned|no longer|not good enough)$",
    r"(?:excluded|excepted|omitted|removed|dropped|barred|left out|off) (?:on account of|for now|since|"
    r"because|from the|as (?:they|it|we|i)|until)\b.*",
    r"(?:(?:is|are) (?:of )?)?no (?:use|good|help)(?: (?:in|here|to|for|at|when|where|if)\b.*)?$",
    r"\b(?:i|we) (?:don['’]?t|do not|dont|can['’]?t|cannot|won['’]?t|never|have no|['’]?ve been through|"
    r"['’]?ve outgrown|have outgrown) ?\w*(?: \w+)?(?: (?:for|at all|either|anymore|any more))?$",
    r"(?:hold|holds|have|has|had|is of|are of|of|carry|carries|serve|serves|bring|brings|add|adds|do|"
    r"does|being of|offers?) (?:no|zero|nothing|little) (?:\w+ )?"
    r"(?:interest|use|value|place|relevance|bearing|part|purpose|good|help|weight|appeal|consequence|"
    r"claim|business|to (?:me|us|this|the)|for (?:me|us))\b.*",
    r"(?:bores?|confuses?|misleads?|annoys?|tires?|would (?:only )?(?:confuse|mislead|dilute|distract|"
    r"bore|annoy|clutter|muddy|skew)|only confuses?|clutters?|muddy|muddies|dilutes?) .*",
    r"(?:has|have|had) (?:been|already been|all been) (?:done to death|flogged|covered|collected|"
    r"dealt with|seen|read|handled|finished|gathered|settled|exhausted|ruled out|excluded)\b.*",
    r"(?:excluded|excepted|exempted|omitted|ignored|skipped|barred|disregarded|discarded|unneeded|"
    r"unwanted|unwelcome|irrelevant|useless|"
    r"worthless|pointless|notwithstanding|aside|set aside|left out|left aside|off the table|off[- ]topic|"
    r"out of scope|out of the question|not (?:sufficient|enough|accepted|considered|eligible|acceptable|"
    r"included|counted|interested|suitable|sought|desired|used|of interest|for me|for us|mine|ours|today|"
    r"this time|here|required|needed|wanted|relevant|allowed|necessary|applicable|included|please)|"
    r"dropped|thrown out|ruled out|weeded out|filtered out|kept out|screened out|nowhere|no tier|"
    r"uninteresting|need not apply|elsewhere|beside the point|done to death|insufficient|ineligible|"
    r"forbidden|banned)"
    r"(?: (?:too|please|as well|altogether|entirely|here|for (?:me|us)|to (?:me|us|the user)|now|also|"
    r"this time|likewise|thanks))*$",
    r"(?:i|we)(?:['’]ve| have)? (?:already )?(?:have|own|know|read|seen|tried|collected|covered|"
    r"memorised|memorized|had|got|done|finished|heard|watched|played|visited|can live without|"
    r"could live without|(?:don['’]?t|do not|dont) (?:want|need|care)|"
    r"(?:can['’]?t|cannot) (?:use|stand|have|eat|take|bear)|can do without|could do without|refuse)"
    r"(?: (?:already|by heart|enough(?: of)?|them|it|those|that|all(?: of)?|to \w+|about|for|too|before|"
    r"and returned|and hated|up to here|that one))*$",
    r"(?:no|nope|nah|never|no thanks|no thank you|no thx|pass|skip|omit|exclude|drop|ignore|reject|out|"
    r"discard|not|a no|please no|god no|hell no|absolutely not|certainly not|by no means|no way|"
    r"not interested|leave (?:it|them|those|that)(?: out)?|spare me|avoid|don['’]?t|dont|nowhere|(?:is|"
    r"are|does|do|has|have|will) not)"
    r"(?: (?:too|please|pls|plz|thanks|as well|either|lol|obviously|altogether|here))*$",
    r"(?:tells?|says?|adds?|teach|teaches|gives?|brings?|offers?) (?:me|us|the \w+ )?nothing\b.*",
    r"(?:mustn['’]?t|must not|should not|shouldn['’]?t|shall not|may not|cannot|can['’]?t|"
    r"never) be (?:\w+)\b.*",
    r"(?:has|have) (?:no|nothing)(?: \w+)? (?:place|to do with|relevance|bearing|business)\b.*",
    r"(?:goes?|go) (?:to (?:a|another|our|the)|in the bin|unread|straight)\b.*",
)

# "nothing on X": the content stands after the cue.
AVOID_AFTER = (
    r"^(?:(?:the following|these|the rest|all others?|others?)(?: are| is)? )?(?:not (?:relevant|wanted|"
    r"needed|required|acceptable|eligible|of interest|included|in scope|interested(?: in)?)|not|"
    r"irrelevant|ineligible|excluded|exclusions?|excludes?|exclude|out|unwanted|nope|no|avoid|reject|"
    r"rejected|skip|omit|without|minus|disqualified|dealbreakers?|off[- ]limits|off[- ]topic|"
    r"disqualifying|don['’]?ts?|never|bad|ignore|outside (?:the|our|my) \w+|out of scope)(?:$|\s*:)",
    r"^(?:(?:and|but|or|so|also|only|please|pls|plz|plus|just|then|with|though|however|definitely|certainly|"
    r"absolutely|really|btw|or rather|again|i['’]d|we['’]d|i would|we would|you can|you may|feel free to|"
    r"let['’]s|to be|already have|(?:could|can|would|will) you) )*"
    r"(?:(?:neither|nor)(?: (?:do|does|did|are|is|was|should|will|can|may|must|has|have))?|"
    r"not (?:interested in|after|looking for|keen on)|not|no|never|"
    r"none (?:of|that|which|who|on|about|from|by|with)|"
    r"nope|nah|nothing|without|w/o|except|excepting|excluding|other than|apart from|aside from|"
    r"rather than|instead of|as opposed to|"
    r"barring|minus|save for|free of|free from|(?:anything|anyone|anywhere|everything|everyone|"
    r"everywhere|all|(?:any|every|all)\w*(?: \w+)?) (?:but|except|bar)|under no circumstances|by no means|"
    r"on no account|not under any circumstances|exclude|excludes|leave out|leaves out|leave off|"
    r"leave aside|leaving out|leaving aside|leaving off|skip|skips|skipping|drop|dropping|ignore|ignores|"
    r"ignoring|"
    r"omit|omitting|avoid|avoiding|disregard|disregarding|discard|discarding|reject|rejects|rule out|"
    r"ruling out|filter out|filtering out|weed out|screen out|cut out|strip out|remove|hold the|"
    r"hold back|hide(?! and seek)|hiding|spare (?:me|us)|keep out|"
    r"forget|forget about|steer clear of|stay away from|stay clear of|do away with|throw out|pass over|"
    r"put aside|set aside|ban|avoids|scrap|ditch|nix|reject|refuse|no more|enough (?:of|with|about)|"
    r"dispense with|suppress)\b"
    r"(?: (?:anything|everything|all|any|the ones|ones|those|that|whatever|every(?: \w+)?))?(?: (?:on|"
    r"about|from|for|of|to do with|involving|with|that|which|in which|by|where)\b)?",
    r"^(?:(?:and|but|also) )*(?:(?:it|they|these|those|this|results?|documents?|items?|that|which) )?"
    rf"(?:must|should|may|shall)(?:n['’]?t| not) (?:also |ever )?(?:be(?! {_VERDICTS})|have(?! to)|contain|"
    r"include|mention|come from|use|involve|require|discuss|cover|deal with)(?= \S)",
    r"^(?:(?:and|but|or|so|also|please|just|then|therefore|hence) )*(?:(?:i|we) )?(?:return|show|give|"
    r"bring|send|get|find|fetch|list|include|suggest|recommend|offer|want|need)(?: me| us)? "
    r"(?:absolutely )?(?:nothing|none of)\b"
    r"(?: (?:on|about|from|for|of|to do with|with|that|which|by|where)\b)?",
    r"(?:^|\b)(?:please |kindly )?(?:do not|don['’]?t|dont|never) (?:\w+ )?(?:want|need|send|show|give|"
    r"return|include|retrieve|list|count|bring|bother with|bother|tell|recommend|suggest|care (?:about|"
    r"for)|bring up|offer|treat|accept|"
    r"waste|put|use|wanna|select|pick|quote|cite|rank|point me to|hand)\b(?: (?:me|us|to hear about|"
    r"hear about|to see|to|any|anything|the ones))?",
    r"(?:i|we)(?:['’]?(?:d|m|ve|ll|re)| am| have| are| would| will)? (?:"
    r"not (?:interested in|after|looking for|keen on|bothered (?:about|with)|concerned with|want(?:ing)?|"
    r"need(?:ing)?|here for)|"
    r"no (?:use|need|interest|longer|time|wish|patience|room|appetite)|had (?:our|my) fill of|"
    r"had enough of|sick of|tired of|fed up with|done with|finished with|allergic to|can(?:no|"
    r"['’]?)t (?:use|stand|have|do)|refuse|seen enough|through with|over)\b(?: (?:for|of|in|to|about|see|"
    r"read|hear))*",
    r"(?:^|\b)(?:outside|beyond|out of) (?:the |our |my |this |its )?(?:scope|remit|topic|brief|bounds|"
    r"question|list)\b:?",
    r"^(?:not relevant|irrelevant|ineligible|excluded|exclusions?|excludes?|exclude|out|unwanted|"
    r"not wanted|nope|no|not|avoid|reject|rejected|skip|omit|without|minus|disqualified|dealbreakers?|"
    r"off[- ]limits|off[- ]topic|disqualifying|nots?|don['’]?ts?|never|less|bad|ignore|"
    r"the following are not)\s*:",
    r"\bkeep (?=.*\bout\b)",
    r"\bleave (?!(?:it|them|those|that|these|this)\b)(?=.*\b(?:out|aside|off)\b)",
    r"\b(?:what|which) (?:i|we) (?:don['’]?t|do not|dont|can['’]?t|cannot) (?:want|need|use|have|"
    r"accept)\w*(?: is| are)?",
    r"^(?:i|we) (?:can['’]?t|cannot|won['’]?t|don['’]?t|dont|do not|will not) (?:use|stand|accept|take|eat|"
    r"have|want|need|like|wear|do|spend|pay|afford|bear|tolerate|go)\b",
    r"^(?:i|we) (?:can['’]?t|cannot|don['’]?t|do not|dont) (?:read|speak|understand|know)(?= \S)",
    r"^(?:i|we) (?:really |absolutely |just )*(?:hate|loathe|detest|despise|can['’]?t stand)\b",
    r"^(?:which is not|that (?:is|are|was|were)(?:n['’]?t| not)|who (?:is|are) not|not being)\b",
)

WEAK_AVOID_BEFORE = (
    rf"^(?!(?:if|whether|why|how|what|which|who|where|when|that|i|we|you|because|since|my|"
    rf"our)\b)(?:(?!\b(?:that|which|who|where|whose|whom|when|if|whether|how|why)\b).)+?\b{NEGATION}\b.*",
    r"^(?:(?!\b(?:that|which|who|where|when|if)\b).)+ (?:i|we)(?:['’]ve| have| already)? (?:already |"
    r"long )?(?:don['’]?t|can['’]?t|have|know|own|read|seen|tried|won['’]?t|never|outgrew|hate|loathe|"
    r"refuse)\b.*$",
    r"^(?:(?:i|we) )?already (?:have|own|read|seen|got|hold|understand|know|cites?)\b|^(?:(?:i|"
    r"we)(?:['’]ve| have) (?:already |had )?(?:read|seen|tried|been through|got|finished|done|covered|"
    r"heard)\b)",
)
"""Read as exclusions only where nothing stronger speaks: a plain denial of a main clause."""

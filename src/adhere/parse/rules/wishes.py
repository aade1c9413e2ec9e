"""The ways to prefer and to rank down: soft, they only score."""

from __future__ import annotations

PREFER_BEFORE = (
    r"\b(?:all the better|so much the better|all the more reason|a lift|up top|(?:extra|bonus) points|"
    r"gold star|desirable|attractive|welcome extra|have the edge|has the edge|the dream|(?:is|"
    r"are) the best (?:evidence|source|option)|of (?:prime|most|greatest|special|particular) (?:interest|"
    r"service|use|value)|"
    r"top of the (?:pile|list|heap)|front of the queue|matters? more.*|more valuable|first choice|"
    r"where (?:i|we)['’]?d start|if offered|if any|count(?:s)? for (?:it|them|a document)|what (?:i|we|"
    r"\w+ \w+) (?:will )?trust|do nicely|lead)$",
    r"(?:would|['’]d|might|could) be (?:an? |the |of )?(?!no\b|out\b|useless|wrong|worthless|excluded|"
    r"lower|last)(?:\w+ ){0,2}\w+$",
    r"^the \w+(?: \w+){0,3} the better\b.*",
    r"\bmakes? (?:my|our|the) \w+ (?:easier|better)$",
    r"(?:is|are|be|being|would be|will be|get|gets|were|come|comes)?\s*(?:\w+ly )?(?:preferred|"
    r"preferable|favou?red|prioriti[sz]ed|boosted|appreciated|treasured|best|ideal|lovely|"
    r"nice(?: to have)?|brilliant|great|perfect|a plus|a bonus|an advantage|"
    r"the icing.*|gold|a coup|a real plus|a (?:\w+ )?plus|a (?:nice )?(?:extra|treat|delight)|wonderful|"
    r"handy|most (?:useful|welcome|interesting|helpful|valuable)|especially \w+|my first pick|"
    r"first choice)(?: (?:though|to|if|too|please|but|by|for|over)\b.*)?$",
    r"(?:should|must|shall|to|would|could|may|can|do|does)?\s*(?:rank|ranks|come|comes|go|goes|float|"
    r"rise|sort|sorted|placed|move|moves|listed|put|be|first|get|gets|deserve|deserves|carry|carries|"
    r"earns?|given?) (?:\w+ )?(?:first|highest|higher|on top|at the top|to the top|near the top|"
    r"to the front|at the front|near the front|"
    r"the top|top|above|extra (?:weight|points|credit)|extra|priority|precedence|preference|weight|"
    r"most weight|more weight|points|ahead)\b.*",
    r"\b(?:first(?: and foremost| please)?|foremost|above all(?: else)?|preferably|ideally|if possible|"
    r"if (?:there['’]?s|there is|you have|available|any|it can be done|you can|fate).*|nice to have|"
    r"a bonus|bonus|a plus|optional|wherever possible|where possible|at the top|near the top|"
    r"for preference|on top|top of the list)$",
    r"would (?:\w+ )?(?:swing|sweeten|help|tip|please|suit|delight|cheer|speak|clinch|seal|win|make)\b.*",
    r"(?:matters? most|most of all|count(?:s)? double|doubly so|delights? me|make my day|"
    r"tips? the balance|gets? points|earns? points|rate[s]? high\w*|win over|is better|are better|"
    r"help me most|is a good sign|are closest to us|please me most|would be closest to us|top my list|"
    r"above them)\b.*",
)
PREFER_AFTER = (
    r"^(?:it|that)(?:['’]d| would| might| could) be (?:an? )?(?:\w+ly |real |big )?(?:plus|bonus|"
    r"advantage|treat|nice|good|great|lovely|ideal|best|helpful|better|welcome|preferable|useful)"
    r"(?: to (?:get|have|see|find|read|include)| if (?:you could (?:find|include|add)|there were))?\b",
    r"^(?:(?:and|but|also|please|then) )*(?:pref\.? |prefer|preferring|preferably|"
    r"preference(?: for| to|:)|"
    r"ideally|favou?r|favou?ring|prioriti[sz]e|boost|emphasi[sz]e|bonus(?: points)?(?: for| if|:)?|"
    r"extra (?:points|credit|weight)(?: for| to)?|nice to have:?|best if|even better(?: if)?|"
    r"a plus(?: if|:)?|"
    r"better still|better(?: if)?|tie-?breaker:?|if (?:possible|you can)|especially|particularly|"
    r"in particular|yay:?|plus points for|most of all|above all|first|priority(?: to|:)|top:|should:)\b:?",
    r"^(?:would )?(?:rather|sooner) (?:have|see|read|get)\b",
    r"(?:i|we)(?:['’]?d| would)?(?: much| really| rather)? (?:prefer|favou?r|lean (?:towards|to)|"
    r"like best|love|rather (?:have|see|read)|sooner (?:have|see|read)|go for|begin with|start with|"
    r"give (?:extra|more) weight to|trust most)\b",
    r"(?<!the )(?<!reading )\b(?:give|put|rank|place|move|push|bump|bring|float|sort|list) (?!(?:is|are) )"
    r"(?=.*\b(?:boost|first|priority|preference|top|front|up|above|higher|extra|weight|ahead)\b)",
    r"\bif (?:possible|available|there['’]?s a choice|you can|any exist)\b",
    r"\bshould ideally\b|\bwould ideally\b|\bpreferably\b|\bwhere available\b",
)
DISPREFER_BEFORE = (
    r"(?:(?:should|must|may|can|could|to|would|will|shall|do|does|i['’]d|rather) )?(?:(?:only|then|"
    r"still) )?(?:ranks?|ranked|rank them|come|comes|go|goes|sit|sits|sink|sinks|be|placed?|put|stay|"
    r"stays|fall|falls|drop|drops|slide|appear|slip|"
    r"listed?|are|is|see(?:n)?|arrive|follow|follows) (?:(?:them|it|those) )?(?:(?:ranked|placed|listed|"
    r"put|moved|pushed|seen) )?(?:to |at |in |near |towards? |on |by )?(?:the |a |my |very )*"
    r"(?:lower\b.*|last(?: resort| place| of all)?$|bottom\b.*|end(?: of .*)?$|behind\b.*|beneath\b.*|"
    r"below\b.*|underneath\b.*|second(?: best| tier| choice)?$|far down.*|further down.*|down\b.*|tail$|"
    r"rear$|low$|after$)",
    r"\b(?:lower(?: down| place| in the list)?(?: please)?$|further down$|second tier|second choice|"
    r"next best|second(?:ary)? best|last resort|bottom of the (?:list|pile)|to the (?:bottom|end|back)$|"
    r"at the (?:end|bottom|back)(?: of the (?:list|pile))?$|my last$|\w+ (?:second|last)$|third$)",
    r"\b(?:rather|sooner) not$",
    r"\b(?:grudging(?:ly)?(?: maybe)?|tolerable|a stopgap.*|will do|boring|have their place|"
    r"has its place|only (?:if|where|when) (?:there['’]?s |there is )?(?:truly |really )?(?:nothing|"
    r"no one|every|none|all).*|a minus|a turn-?off|trail|last of all|(?:way )?down the list|"
    r"bottom of the (?:heap|pile)|sink (?:it|them)|(?:flag|rank|rate|put|weigh|mark|score) (?:it|"
    r"them) (?:low|lower|down)(?: a touch)?|hold my nose|counts? for little|distrusted|in small doses|"
    r"not happily|when the well runs dry|nothing else)$",
    r"\b(?:count|treat|score) (?:it|them|those|that|these|this)\b.*\b(?:halfway|half|partial|lower|less)\b.*",
    r"\b(?:could live with|would settle for|i['’]d settle for|a last resort)\b.*",
    r"\b(?:less so|hardly(?: \w+)*|meh|tolerated|less desirable|less interesting|less useful|"
    r"less (?:\w+ )?(?:relevant|important|interest(?:ing|ed)?|wanted|favou?red)|least favou?red|"
    r"interest(?:s)? (?:me|us) less|of marginal (?:interest|use|value)|marginal|of (?:limited|minor|"
    r"secondary|lesser) (?:interest|use|value|importance)|"
    r"(?:a |as a )(?:partial match|poor (?:stand-in|substitute|second)|compromise|fallback|backup)|"
    r"only partial|is partial|halfway|counts? (?:for |as )?half|a clich[eé]|overrepresented|"
    r"at a pinch(?: .*)?|if push comes to shove|if (?:that['’]?s all|there['’]?s nothing|"
    r"there is nothing|nothing else|all else).*|a pinch|if need be|"
    r"fill any gap|somewhat less|don['’]?t convince me|count(?:s)? against.*|push (?:it|them) down|"
    r"rank (?:it|them) (?:down|behind|lower|low|last)|unfavou?red|take second place|"
    r"i['’]?d rather see last)\b",
)
DISPREFER_AFTER = (
    r"^(?:and |but |though )?(?:ideally|preferably|rather|sooner|better|if possible)[, ]+"
    r"(?:not?|without|nothing|never)\b"
    r"(?: (?:see|have|read|get|buy))?",
    r"^(?:and |but )?(?:no|nothing|without|not|avoid|skip|leave out|exclude)\b"
    r"(?: (?:with|about|on|from|by|that has)\b)?"
    r"(?=.* (?:if (?:at all )?possible|if you can|where possible|ideally|preferably)\W*$)",
    r"^less of (?:the|that|this)\b",
    r"^(?:i|we) (?:really |rather |quite |just )*dislike\b",
    r"^(?:(?:and|but|also|please|then) )*(?:less interested in|less keen on|not so keen on|rather less|"
    r"disprefer|demote|downrank|down-rank|downweight|penali[sz]e|play down|de-?emphasi[sz]e|"
    r"tail off with|rank (?:lower|low|down)|meh|failing that|in preference to|(?:would )?sooner not|"
    r"lower:|deprioriti[sz]e)\b:?",
    r"(?:i|we)(?:['’]?(?:d|m)| would| am| are)? (?:(?:rather|sooner) not(?: (?:see|have|read|get|"
    r"buy|be shown)\b)?|(?:a bit |somewhat |"
    r"rather )?less (?:interested in|keen on)|not so (?:interested in|keen on|fond of))\b",
    r"\b(?:count|treat|score) (?!(?:it|them|those|that|these|this)\b)(?=.*\b(?:halfway|half|partial|"
    r"lower|less)\b)",
)

"""English words that mean nearly the same in the same place of a sentence: questions in other words than the post's.

Every line is of one form (plural with plural, past with past), so that the sentence stays grammatical. A word is
replaced by the next one of its line, the last by the first.
"""

LINES = """
mended repaired fixed
mend repair fix
mending repairing fixing
shop store
shops stores
big large
small little
started began
starts begins
start begin
bought purchased
buy purchase
wrote penned
built constructed
build construct
makes produces
looked gazed
told informed
gave handed
gives hands
brought fetched
carried hauled
carry haul
went travelled
walked strolled
lives resides
lived resided
died passed
children kids
child kid
job task
jobs tasks
boat vessel
boats vessels
ship vessel
house home
houses homes
car automobile
cars automobiles
road street
roads streets
picture image
pictures images
photo picture
photos pictures
book volume
books volumes
friend companion
friends companions
customer client
customers clients
price cost
prices costs
money cash
quick fast
quickly fast
slow sluggish
old aged
broken damaged
broke cracked
stopped halted
stops halts
stop halt
closed shut
opened unlocked
needs requires
needed required
need require
uses employs
used employed
tried attempted
try attempt
tries attempts
showed displayed
shows displays
show display
finished completed
runs operates
ran operated
grew increased
grows increases
rose climbed
ate consumed
eats consumes
drank sipped
slept dozed
sleeps dozes
talked spoke
said stated
says states
answered replied
learned learnt
learnt learned
taught instructed
teaches instructs
sent posted
sells offers
sell offer
chose picked
choose pick
dinner supper
evening night
noon midday
wind breeze
storm gale
gale storm
forest wood
hill slope
town place
village hamlet
firm company
company firm
software program
programs applications
bug fault
bugs faults
error mistake
errors mistakes
fault defect
faults defects
often frequently
almost nearly
nearly almost
happy glad
sad unhappy
easy simple
whole entire
"""


def _next() -> dict[str, str]:
    found: dict[str, str] = {}
    for line in LINES.split("\n"):
        own = line.split()
        for word, following in zip(own, own[1:] + own[:1], strict=True):
            found.setdefault(word, following)
    return found


SYNONYMS = _next()

"""All families of operations. What only asks one of them something does not read the others."""


from shared.kinds.alert import ALERT, ANSWER
from shared.kinds.calendar import CALENDAR
from shared.kinds.criterion import CRITERION
from shared.kinds.device import DEVICE
from shared.kinds.document import DOCUMENT
from shared.kinds.enterprise import ENTERPRISE
from shared.kinds.evidence import BLOB
from shared.kinds.hazard import COUNTER, HAZARD, PAST
from shared.kinds.inspection import INSPECTION
from shared.kinds.listing import LISTING
from shared.kinds.measure import MEASURE
from shared.kinds.person import PERSON
from shared.kinds.presets import PRESETS
from shared.kinds.settings import CAMPAIGN, LEDGER
from shared.kinds.task import TASK
from shared.kinds.template import TEMPLATE
from shared.kinds.unit import UNIT

FAMILIES = (
    LEDGER, CAMPAIGN, CRITERION, PRESETS,
    UNIT, PERSON, DEVICE, ENTERPRISE, TEMPLATE, INSPECTION, HAZARD, COUNTER, PAST, LISTING, MEASURE, CALENDAR, BLOB, TASK, ALERT,
    ANSWER, DOCUMENT,
)  # fmt: skip

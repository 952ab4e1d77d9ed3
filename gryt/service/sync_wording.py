"""How commits and tags are worded that settle what a union left open."""

from gryt.service.messages import commit_message
from gryt.service.tags import candidate_message
from gryt.store.sync_settle import Wording

WORDING = Wording(candidate_message, commit_message)

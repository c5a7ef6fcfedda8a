"""How kinds of personal data are called: in what somebody takes away, and in receipts of what was deleted."""

from __future__ import annotations

from typing import Final

from karavan.core.problems import N_

KINDS: Final = {
    "account": N_("Your account"),
    "roles": N_("Your roles"),
    "devices": N_("Devices you were signed in on"),
    "registrations": N_("Registrations for events"),
    "people": N_("People you registered, and when they came"),
    "answers": N_("Answers to organisers’ questions"),
    "consents": N_("What you agreed to"),
    "moves": N_("Moves to other lists by organisers"),
    "remarks": N_("What you said after events"),
    "certificates": N_("Certificates"),
    "applications": N_("Applications"),
    "letters": N_("Letters to you"),
    "looks": N_("When staff looked at the lists you stand on"),
    "proposals": N_("Your proposals"),
    "supports": N_("What you support"),
    "follows": N_("What you follow"),
    "comments": N_("Your comments"),
    "drafts": N_("Comments you began to write"),
    "speaking": N_("Signing up to speak at hearings"),
}
DELETED: Final = {
    "accounts": N_("Account"),
    "answers": N_("Answers to questions"),
    "applications": N_("Applications"),
    "certificate_names": N_("Names on certificates"),
    "comment_drafts": N_("Comments begun"),
    "comments": N_("Names above comments"),
    "contacts": N_("Contacts of registrations"),
    "follows": N_("What was followed"),
    "letters": N_("Letters"),
    "lists": N_("Lists from elsewhere"),
    "names": N_("Names of people"),
    "needs": N_("Needs"),
    "proposals": N_("Names above proposals"),
    "reasons": N_("Reasons that organisers wrote"),
    "remarks": N_("Words said after the event"),
    "scans": N_("Scans at the door"),
    "seats": N_("Seats given back"),
    "speaking": N_("Names of speakers"),
    "thread_read_marks": N_("Marks of what was read"),
}
"""By the names of a receipt's counts."""

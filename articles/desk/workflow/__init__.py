"""The steps of an article: the only writers of its stage, its editions and its assignee.

Every step locks the article's row, so two people's steps follow one another, and calls ``roles.may``. A step that
changes the text, the stage or what readers see stores a revision; one that only changes the assignee or the due time
leaves the version alone, so no open form becomes outdated. Times are aware datetimes.
"""

from articles.desk.workflow.assignment import MOST_WORDS, assign, claim, release, set_due, set_goal
from articles.desk.workflow.editions import (
    cancel,
    erase,
    freeze_editions_again,
    publish,
    reschedule,
    schedule,
    take_down,
    withdraw,
)
from articles.desk.workflow.furniture import Furnished, publish_furniture, publish_further, publish_move, publish_tags
from articles.desk.workflow.guests import add_guest
from articles.desk.workflow.ideas import begin, hold_idea, refuse_begun
from articles.desk.workflow.locking import locked_version
from articles.desk.workflow.notes import leave_note, tick_note
from articles.desk.workflow.plans import planned_end, planned_starts
from articles.desk.workflow.scheduled import ClashError, carry_into_all, carry_over, keep_as_is, renew, take_up_plans
from articles.desk.workflow.sharing import LONGEST_LINK, revoke, share
from articles.desk.workflow.stages import approve, send_back, submit, take_back
from articles.desk.workflow.timeline import WorkflowError
from articles.desk.workflow.trash import empty_trash, trash, untrash
from articles.desk.workflow.working_copy import add_section, add_tags, move, name_version, restore, saved

__all__ = [
    "LONGEST_LINK",
    "MOST_WORDS",
    "ClashError",
    "Furnished",
    "WorkflowError",
    "add_guest",
    "add_section",
    "add_tags",
    "approve",
    "assign",
    "begin",
    "cancel",
    "carry_into_all",
    "carry_over",
    "claim",
    "empty_trash",
    "erase",
    "freeze_editions_again",
    "hold_idea",
    "keep_as_is",
    "leave_note",
    "locked_version",
    "move",
    "name_version",
    "planned_end",
    "planned_starts",
    "publish",
    "publish_furniture",
    "publish_further",
    "publish_move",
    "publish_tags",
    "refuse_begun",
    "release",
    "renew",
    "reschedule",
    "restore",
    "revoke",
    "saved",
    "schedule",
    "send_back",
    "set_due",
    "set_goal",
    "share",
    "submit",
    "take_back",
    "take_down",
    "take_up_plans",
    "tick_note",
    "trash",
    "untrash",
    "withdraw",
]

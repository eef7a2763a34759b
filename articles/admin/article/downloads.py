"""One article as a file to take along: a Word document, or Markdown."""

from django.http import HttpResponse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_safe

from articles.admin.article.pages import ArticlePage, DeskRequest
from articles.exporting.commonmark import markdown_of
from articles.exporting.stories import Story, working_story
from articles.exporting.story_batches import with_surroundings
from articles.exporting.text_surroundings import TextSurroundings

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MARKDOWN = "text/markdown; charset=utf-8"


class Downloads(ArticlePage):
    """The saved working copy as a file, for whoever may read it."""

    def urls(self):
        return [
            self.route("<int:pk>/download.docx", self.word_view, "word"),
            self.route("<int:pk>/download.md", self.markdown_view, "markdown"),
        ]

    @method_decorator(require_safe)
    def word_view(self, request, pk):
        """Return the saved working copy as a Word document."""
        from articles.exporting.word_document import word_document  # 17 MB of memory, which few processes need

        story, around = self._story(request, pk)
        return _file(word_document(story, around), story, "docx", WORD)

    @method_decorator(require_safe)
    def markdown_view(self, request, pk):
        """Return the saved working copy as Markdown."""
        story, around = self._story(request, pk)
        return _file(markdown_of(story, around).encode(), story, "md", MARKDOWN)

    def _story(self, request: DeskRequest, pk: int) -> tuple[Story, TextSurroundings]:
        story = working_story(self.readable(request, pk))
        return next(with_surroundings([story], "default", timezone.now()))


def _file(content: bytes, story: Story, extension: str, content_type: str) -> HttpResponse:
    name = story.copy.slug or f"story-{story.article.pk}"
    headers = {"Content-Disposition": f'attachment; filename="{name}.{extension}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type, headers=headers)

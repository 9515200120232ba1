"""One file out of a multipart form, as it arrives: nothing is spooled, nothing is held whole.

Invariant: a form that ends before its last boundary is refused, so a file is whole or not taken.
"""

from collections.abc import AsyncIterator
from typing import cast

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from orderloom.base.errors import Fault
from orderloom.http.errors import BadJsonError, BadQueryError, MediaTypeError

_FIELD = b"file"
_LARGEST_HEADERS = 16 * 1024


class _Form:
    """What the parser tells: the file's name, its content so far, and whether the form ended."""

    def __init__(self, boundary: bytes) -> None:
        self.name: str | None = None
        self.ended = False
        self.files = 0
        self._content = bytearray()
        self._header = [bytearray(), bytearray()]
        self._size = 0
        self._disposition = b""
        self._inside = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": lambda data, start, end: self._heads(0, data[start:end]),
                "on_header_value": lambda data, start, end: self._heads(1, data[start:end]),
                "on_header_end": self._header_end,
                "on_headers_finished": self._named,
                "on_part_data": self._data,
                "on_part_end": self._part_end,
                "on_end": self._end,
            },
        )

    def feed(self, piece: bytes) -> bytes:
        """Read on; answers what came of the file's content.

        Raises:
            BadJsonError: it is no form.
        """
        try:
            self._parser.write(piece)
        except MultipartParseError as error:
            raise BadJsonError(problem=str(error)[:200]) from error
        content = bytes(self._content)
        self._content.clear()
        return content

    def _begin(self) -> None:
        self._disposition, self._size = b"", 0

    def _heads(self, which: int, part: bytes) -> None:
        self._size += len(part)
        if self._size > _LARGEST_HEADERS:
            raise MultipartParseError("the headers of a part are too long")
        self._header[which] += part

    def _header_end(self) -> None:
        if bytes(self._header[0]).lower() == b"content-disposition":
            self._disposition = bytes(self._header[1])
        self._header = [bytearray(), bytearray()]

    def _named(self) -> None:
        _, options = parse_options_header(self._disposition)
        name = options.get(b"filename")
        self._inside = options.get(b"name") == _FIELD and name is not None
        if self._inside:
            self.files += 1
            self.name = (name or b"").decode("utf-8", "replace")

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._inside and self.files == 1:
            self._content += data[start:end]

    def _part_end(self) -> None:
        self._inside = False

    def _end(self) -> None:
        self.ended = True


async def file_of(request: Request) -> tuple[str, AsyncIterator[bytes]]:
    """The name of the form's ``file``, and its content as it arrives.

    Raises:
        MediaTypeError: the body is no form.
        BadQueryError: the form has no file.
    """
    given = request.headers.get("content-type", "")
    kind, options = parse_options_header(given)
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise MediaTypeError(given=given[:100], expected="multipart/form-data")
    form = _Form(boundary)
    stream = cast("AsyncIterator[bytes]", request.stream())
    async for piece in stream:
        content = form.feed(piece)
        if form.name is not None:
            return form.name, _rest(form, stream, content)
    raise BadQueryError(errors=[Fault(pointer="/file", code="records.required")])


async def _rest(form: _Form, stream: AsyncIterator[bytes], content: bytes) -> AsyncIterator[bytes]:
    if content:
        yield content
    async for piece in stream:
        content = form.feed(piece)
        if content:
            yield content
    if not form.ended:
        raise BadJsonError(problem="the form is cut short")
    if form.files > 1:
        raise BadQueryError(errors=[Fault(pointer="/file", code="http.one_file")])

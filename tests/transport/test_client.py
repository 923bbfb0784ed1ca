"""The client reports every event of a connection, and how it ended, to a listener."""

from __future__ import annotations

import asyncio
import gzip

import pytest

from streamkit.errors import UsageError
from streamkit.transport.client import Client, Outgoing, Settings
from tests.transport.scripted import served
from tests.waiting import StillLoop, eventually, turned


class RecordingListener:
    """A listener that keeps all events."""

    def __init__(self):
        self.started = self.answered = self.ended = None
        self.frames, self.notes = [], []
        self.loop = None

    async def wait_until_caught_up(self):
        """Wait, in the server's loop, until the client has read and reported everything that was sent to it."""
        await turned(self.loop)

    def start(self, connected_at, sent_at, clock="monotonic"):
        assert self.started is None
        self.clock = clock
        self.started = (connected_at, sent_at)

    def response(self, at, status, http, headers):
        assert self.started is not None
        self.answered = (at, status, http, headers)

    def frame(self, data, at):
        self.frames.append((data, at))

    def end(self, at, reason, error):
        assert self.started is not None and self.ended is None
        self.ended = (at, reason, error)

    def note(self, fields):
        self.notes.append(fields)

    @property
    def data(self):
        return [data for data, _ in self.frames]

    @property
    def reason(self):
        return self.ended[1]


def send(outgoing, settings=None, cancel_at=None, events=None):
    """Send a request and return its events; it is cancelled after `cancel_at` frames."""
    events = events or RecordingListener()

    async def run():
        events.loop = asyncio.get_running_loop()
        async with Client(settings) as client:
            task = asyncio.create_task(client.send(outgoing, events))
            if cancel_at is not None:
                await eventually(lambda: len(events.frames) == cancel_at)
                task.cancel()
            await asyncio.gather(task, return_exceptions=cancel_at is not None)

    asyncio.run(run())
    return events


def get(script, settings=None, path="/", cancel_at=None, **more):
    """Return the events of a request to a server that runs `script(connection, events)`."""
    events = RecordingListener()
    with served(lambda connection: script(connection, events)) as (url, seen):
        send(Outgoing("GET", url + path, **more), settings, cancel_at, events)
    return events, seen


async def chunked(connection, events):
    await connection.head_of_stream("Transfer-Encoding: chunked", "X-A: 1", "X-A: 2")
    for data in (b"data: 1\n\n", b"data: 2\n\ndata: 3\n\n", b"da", b"ta: 4\n\n"):
        await connection.chunk(data)
        await events.wait_until_caught_up()
    await connection.last_chunk()


def test_each_chunk_of_the_chunked_coding_is_a_frame():
    events, _ = get(chunked)
    assert events.data == [b"data: 1\n\n", b"data: 2\n\ndata: 3\n\n", b"da", b"ta: 4\n\n"]
    assert events.answered[1:] == (
        200,
        "1.1",
        (("Content-Type", "text/event-stream"), ("Transfer-Encoding", "chunked"), ("X-A", "1"), ("X-A", "2")),
    )
    assert events.ended[1:] == ("eof", None)


def test_times_ascend_from_the_connect_to_the_end():
    events, _ = get(chunked)
    stamps = [*events.started, events.answered[0], *(at for _, at in events.frames), events.ended[0]]
    assert all(isinstance(at, int) and at > 0 for at in stamps)
    assert stamps == sorted(stamps)


def test_chunks_in_one_read_are_separate_frames():
    async def script(connection, events):
        await connection.head_of_stream("Transfer-Encoding: chunked")
        await connection.send(b"1\r\na\r\n2\r\nbc\r\n3\r\ndef\r\n0\r\n\r\n")

    assert get(script)[0].data == [b"a", b"bc", b"def"]


def test_a_chunk_in_pieces_is_one_frame_with_the_time_of_the_last(monkeypatch):
    clock = [1_000]
    monkeypatch.setattr("time.monotonic_ns", lambda: clock[0])
    monkeypatch.setattr("streamkit.transport.kernel_clock._stamps_are_read", lambda: False)

    async def script(connection, events):
        await connection.head_of_stream("Transfer-Encoding: chunked")
        await connection.send(b"6\r\nabc")
        await events.wait_until_caught_up()
        clock[0] += 500
        await connection.send(b"def\r\n0\r\n\r\n")

    events, _ = get(script)
    assert (events.answered[0], events.frames) == (0, [(b"abcdef", 500)])


def test_without_chunked_coding_each_read_is_a_frame():
    async def script(connection, events):
        await connection.head_of_stream("Connection: close")
        for data in (b"one", b"two"):
            await connection.send(data)
            await events.wait_until_caught_up()
        connection._writer.close()

    events, _ = get(script)
    assert events.data == [b"one", b"two"]
    assert events.reason == "eof"


def test_the_request_is_sent_unchanged():
    async def script(connection):
        await connection.head_of_stream("Content-Length: 0", status="204 No Content")

    headers = (("Content-Type", "application/json"), ("X-Key", "a"), ("Accept-Encoding", "identity"))
    with served(script) as (url, seen):
        send(Outgoing("POST", url + "/v1/chat%20x?a=%2Fb&c", headers, b'{"a":1}'))
    lines = seen[0].head.decode().split("\r\n")
    assert lines[0].startswith("POST /v1/chat%20x?a=")
    assert seen[0].body == b'{"a":1}'
    sent = dict(line.split(": ", 1) for line in lines[1:] if line)
    assert {name.lower() for name in sent} == {"host", "content-type", "x-key", "accept-encoding", "content-length"}


@pytest.mark.parametrize(
    ("what", "tail", "data"),
    [
        ("reset", b"", [b"data: 1\n\n"]),
        ("reset inside a chunk", b"9\r\ndata", [b"data: 1\n\n", b"data"]),
    ],
)
def test_a_reset_keeps_what_came_before(what, tail, data):
    async def script(connection, events):
        await connection.head_of_stream("Transfer-Encoding: chunked")
        await connection.chunk(b"data: 1\n\n")
        await connection.send(tail)
        await events.wait_until_caught_up()
        connection.reset()

    events, _ = get(script)
    assert events.reason == "reset"
    assert events.data == data
    assert events.ended[2]


@pytest.mark.parametrize("wait", [False, True])
def test_a_connection_closed_before_the_last_chunk_is_a_reset(wait):
    async def script(connection, events):
        await connection.head_of_stream("Transfer-Encoding: chunked")
        for number in range(20):
            await connection.chunk(b"data: %d\n\n" % number)
        if wait:
            await events.wait_until_caught_up()
        connection._writer.close()

    events, _ = get(script)
    assert events.reason == "reset"
    assert len(events.data) == 20


def test_a_body_shorter_than_its_content_length_is_a_reset():
    async def script(connection, events):
        await connection.head_of_stream("Content-Length: 100")
        await connection.send(b"only this")
        connection._writer.close()

    events, _ = get(script)
    assert events.data == [b"only this"]
    assert events.ended[1:] == ("reset", "the connection was closed before the body was complete")


def test_a_connection_closed_before_a_response_is_a_reset():
    async def script(connection, events):
        connection._writer.close()

    events, _ = get(script)
    assert events.answered is None
    assert events.ended[1:] == ("reset", "the connection was closed before a response arrived")


def test_a_response_that_is_not_http_is_a_protocol_error():
    async def script(connection, events):
        await connection.send(b"SSH-2.0-hello\r\n\r\n")

    events, _ = get(script)
    assert events.reason == "protocol_error"


def test_an_invalid_chunk_is_a_protocol_error():
    async def script(connection, events):
        await connection.head_of_stream("Transfer-Encoding: chunked")
        await connection.chunk(b"data: 1\n\n")
        await events.wait_until_caught_up()
        await connection.send(b"zz\r\nhello\r\n")
        await eventually(lambda: events.ended)

    events, _ = get(script)
    assert (events.reason, events.data) == ("protocol_error", [b"data: 1\n\n"])


def test_a_refused_connection_is_reported():
    with served(silent) as (url, _):
        pass
    events = send(Outgoing("GET", url))
    assert events.started == (None, None)
    assert events.answered is None
    assert events.reason == "refused"
    assert events.ended[2].startswith("cannot connect to 127.0.0.1:")


async def silent(connection, events):
    await connection.head_of_stream("Transfer-Encoding: chunked")
    for _ in range(3):
        await connection.chunk(b": ping\n\n")
    await events.wait_until_caught_up()
    if isinstance(events.loop, StillLoop):
        events.loop.move(3)
    await asyncio.Event().wait()


@pytest.mark.parametrize(
    ("settings", "reason"),
    [(Settings(max_time=3), "timeout"), (Settings(idle_timeout=3), "idle_timeout")],
)
def test_a_silent_server_times_out(still_loops, settings, reason):
    events, _ = get(silent, settings)
    assert events.reason == reason
    assert events.data == [b": ping\n\n"] * 3


def test_an_interruption_is_reported():
    events, _ = get(silent, cancel_at=3)
    assert events.reason == "interrupted"
    assert events.data == [b": ping\n\n"] * 3


def test_an_error_status_is_a_response():
    async def script(connection, events):
        await connection.head_of_stream(
            "Content-Length: 2", "Retry-After: 7", status="429 Too Many Requests", kind="application/json"
        )
        await connection.send(b"{}")

    events, _ = get(script)
    assert events.answered[1] == 429
    assert ("Retry-After", "7") in events.answered[3]
    assert (events.data, events.reason) == ([b"{}"], "eof")


def test_an_encoded_body_is_decoded_and_noted():
    async def script(connection, events):
        body = gzip.compress(b"data: 1\n\n" * 3)
        await connection.head_of_stream("Content-Encoding: gzip", f"Content-Length: {len(body)}")
        await connection.send(body)

    events, _ = get(script)
    assert b"".join(events.data) == b"data: 1\n\n" * 3
    assert [note["content-encoding"] for note in events.notes] == ["gzip"]


def test_redirects_are_followed_on_request_without_sending_keys_elsewhere():
    async def elsewhere(connection):
        await connection.head_of_stream("Content-Length: 4")
        await connection.send(b"here")

    with served(elsewhere) as (other, other_seen):

        async def script(connection):
            place = {b"/a": "/b", b"/b": other + "/c"}[connection.head.split()[1]]
            await connection.head_of_stream(f"Location: {place}", "Content-Length: 0", status="307 Temporary Redirect")

        headers = (("X-Api-Key", "k"), ("Accept", "*/*"))
        with served(script) as (url, seen):
            stayed = send(Outgoing("POST", url + "/a", headers, b"x"))
            followed = send(Outgoing("POST", url + "/a", headers, b"x"), Settings(redirects=True))
    assert stayed.answered[1] == 307
    assert (followed.answered[1], followed.data) == (200, [b"here"])
    assert b"X-Api-Key" in seen[-1].head
    assert b"X-Api-Key" not in other_seen[0].head and b"Accept" in other_seen[0].head
    assert (other_seen[0].head.split()[0], other_seen[0].body) == (b"POST", b"x")
    assert [note["said"] for note in followed.notes] == ["redirected", "redirected"]


def test_a_redirect_loop_ends():
    async def script(connection, events):
        await connection.head_of_stream("Location: /a", "Content-Length: 0", status="302 Found")

    events, _ = get(script, Settings(redirects=True), "/a")
    assert events.reason == "protocol_error"
    assert "redirects" in events.ended[2]


@pytest.mark.parametrize("url", ["ftp://x/", "localhost:80/x", "http://", "http://x:99999/", "nothing"])
def test_an_invalid_url_is_rejected(url):
    with pytest.raises(UsageError):
        send(Outgoing("GET", url))


def test_keys_from_a_netrc_file_are_not_sent(monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))

    async def script(connection):
        await connection.head_of_stream("Content-Length: 2")
        await connection.send(b"ok")

    with served(script) as (url, seen):
        assert send(Outgoing("GET", url)).data == [b"ok"]
        assert send(Outgoing("GET", url, (("Authorization", "Bearer mine"),))).data == [b"ok"]
    assert b"authorization" not in seen[0].head.lower()
    assert b"bearer mine" in seen[1].head.lower()


def test_no_proxy_of_the_environment_is_respected(monkeypatch):
    async def script(connection):
        await connection.head_of_stream("Content-Length: 2")
        await connection.send(b"ok")

    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with served(script) as (url, _):
        assert send(Outgoing("GET", url)).data == [b"ok"]


def test_a_proxy_is_taken_from_the_settings_or_the_environment(monkeypatch):
    async def proxy(connection):
        await connection.head_of_stream("Content-Length: 5")
        await connection.send(b"proxy")

    with served(proxy) as (url, seen):
        assert send(Outgoing("GET", "http://nowhere.invalid/x"), Settings(proxy=url)).data == [b"proxy"]
        monkeypatch.setenv("http_proxy", url)
        assert send(Outgoing("GET", "http://nowhere.invalid/x")).data == [b"proxy"]
    assert [connection.head.split()[1] for connection in seen] == [b"http://nowhere.invalid/x"] * 2


def test_a_body_not_in_its_content_coding_is_a_protocol_error():
    async def script(connection, events):
        await connection.head_of_stream("Content-Encoding: gzip", "Content-Length: 12")
        await connection.send(b"no gzip here")

    events, _ = get(script)
    assert (events.reason, events.data) == ("protocol_error", [])


@pytest.mark.parametrize("place", ["http://[::1", "ftp://x/y", "http://x:99999/"])
def test_a_redirect_to_an_invalid_url_is_a_protocol_error(place):
    async def script(connection, _):
        await connection.send(f"HTTP/1.1 302 Found\r\nLocation: {place}\r\nContent-Length: 0\r\n\r\n".encode())

    events, _ = get(script, Settings(redirects=True))
    assert events.reason == "protocol_error" and "redirect to" in events.ended[2]

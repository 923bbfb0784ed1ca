"""WebSockets through `record` and the proxy: both sides are recorded, message by message, without secrets."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from streamkit.apis import assemble, interpret
from streamkit.formats import read
from streamkit.model import recording
from streamkit.model.exchange import Exchange, SentMessage
from streamkit.redact.redactor import redact_exchange
from streamkit.rules import lint, selected
from streamkit.service.mock import Mock, Options
from streamkit.service.proxying import proxying
from streamkit.service.recording import Recorders, one_file, record
from streamkit.service.turns import turns
from streamkit.transport.client import Outgoing, Settings
from streamkit.transport.conversation import Conversation
from streamkit.transport.proxy import Route, Rules
from streamkit.transport.server import Server, in_thread
from streamkit.wire.websocket import CLOSE, TEXT, encode
from tests.transport.test_proxy import Between, Lines
from tests.transport.websockets import Upstream, upstream

STREAMS = Path(__file__).parents[1] / "specs" / "streams"
KEY = "sk-proj-Zx9Qw7Er5Ty3Ui1Op2As4Df6Gh8Jk0Lz1Xc3Vb5Nm7T3BlbkFJQw2Er4Ty6Ui8Op0As1Df3Gh5Jk7"
CREATED = '{"type":"session.created","event_id":"e1","session":{"type":"realtime"}}'
DELTA = '{"type":"response.output_text.delta","event_id":"e2","delta":"Hé"}'
DONE = '{"type":"response.done","event_id":"e3","response":{"status":"completed"}}'
ASKED = b'{"type":"response.create"}'


def recorded(
    server: Upstream, path: Path, *messages: bytes, target: str = "/v1/realtime", headers: Any = (), **settings: Any
) -> Exchange:
    request = Outgoing(
        "GET", f"ws://127.0.0.1:{server.port}{target}", headers, None, Conversation(messages, turns(messages))
    )
    record(request, Recorders(open=one_file(str(path)), source="client"), settings=Settings(**settings))
    [exchange] = read(str(path))
    return exchange


def texts(exchange: Exchange) -> list[str]:
    return [bytes(data).decode() for data in exchange.frames.data]


def test_both_sides_are_recorded_until_the_response_is_complete(tmp_path: Path) -> None:
    with upstream([CREATED, DELTA, DONE]) as server:
        exchange = recorded(server, tmp_path / "a.jsonl", b'{"type":"session.update"}', ASKED)
    assert texts(exchange) == [CREATED, DELTA, DONE]
    assert [(sent.data, sent.after_frame) for sent in exchange.sent] == [(b'{"type":"session.update"}', 0), (ASKED, 0)]
    assert exchange.websocket and exchange.end is not None and exchange.end.reason == "eof"
    assert exchange.connected_at is not None and exchange.sent_at is not None
    stream = interpret(exchange)
    assert (stream.framing, len(stream.chunks), stream.broken) == ("websocket", 3, ())
    assert stream.times == exchange.frames.at
    # Written again, it is the same.
    again = next(recording.read(list(recording.write(exchange))))
    assert (again.frames.data, again.sent, again.changed) == (exchange.frames.data, exchange.sent, False)


def test_no_secret_reaches_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    headers = (
        ("Authorization", f"Bearer {KEY}"),
        ("Sec-WebSocket-Protocol", f"realtime, openai-insecure-api-key.{KEY}"),
    )
    update = b'{"type":"session.update","session":{"instructions":"%b","api_key":"hush-hush"}}' % KEY.encode()
    events = [CREATED, DELTA.replace("H", KEY + " H"), DONE]
    with upstream(events) as server:
        exchange = recorded(server, path, update, ASKED, target=f"/v1/realtime?api_key={KEY}", headers=headers)
        assert server.heads[0]["Authorization"] == f"Bearer {KEY}"
        assert server.heads[0]["Sec-WebSocket-Protocol"].replace(" ", "") == f"realtime,openai-insecure-api-key.{KEY}"
        assert "Sec-WebSocket-Extensions" not in server.heads[0]
        assert server.received == [update.decode(), ASKED.decode()]
    content = path.read_text()
    assert KEY not in content and KEY[8:30] not in content and "hush-hush" not in content
    assert len(exchange.frames) == 3
    assert {"sent.session.api_key", "request.headers.authorization"} <= {cut.at for cut in exchange.redactions}


def test_redact_removes_secrets_of_messages_that_an_older_recording_has() -> None:
    text = f'{{"type":"session.update","api_key":"hush-hush","x":"{KEY}"}}'
    sent = f'{{"type":"sent","at":1,"text":{json.dumps(text)}}}\n'.encode()
    lines = [line.encode() + b"\n" for line in RECORDED]
    exchange = redact_exchange(next(recording.read([*lines[:2], sent, *lines[2:]])))
    written = b"".join(recording.write(exchange)).decode()
    assert KEY not in written and "hush-hush" not in written
    assert [message.type for message in exchange.sent] == [
        "session.update", "response.create", "input_audio_buffer.append", "input_audio_buffer.commit"
    ]  # fmt: skip
    assert any(cut.at == "sent.api_key" for cut in exchange.redactions)


ENDINGS = {
    "the server closes normally": (1000, ("eof", None)),
    "the server goes away": (1001, ("eof", None)),
    "the server fails": (1011, ("reset", "the server closed the WebSocket with status 1011: enough")),
}


@pytest.mark.parametrize(("code", "expected"), ENDINGS.values(), ids=ENDINGS)
def test_how_the_server_closes(code: int, expected: tuple[str, str | None], tmp_path: Path) -> None:
    with upstream([CREATED, DELTA], close=code) as server:
        exchange = recorded(server, tmp_path / "a.jsonl", ASKED)
    assert exchange.end is not None and (exchange.end.reason, exchange.end.error) == expected


def test_silence_ends_the_recording(tmp_path: Path) -> None:
    with upstream([CREATED]) as server:
        exchange = recorded(server, tmp_path / "a.jsonl", idle_timeout=0.05)
    assert exchange.end is not None and exchange.end.reason == "idle_timeout"
    assert texts(exchange) == [CREATED]


def test_a_refused_handshake_is_recorded_with_its_body(tmp_path: Path) -> None:
    with upstream([]) as server:
        exchange = recorded(server, tmp_path / "a.jsonl", target="/refused")
    assert exchange.response is not None and exchange.response.status == 401
    assert exchange.frames.body == b'{"error": {"message": "bad key"}}'
    assert not exchange.websocket and exchange.end is not None and exchange.end.reason == "eof"


def test_a_refused_connection_is_recorded(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        server = Upstream([], None, 1)
        server.port = free.getsockname()[1]
    exchange = recorded(server, tmp_path / "a.jsonl")
    assert exchange.end is not None and exchange.end.reason == "refused"


TURNS: dict[str, tuple[list[bytes], list[bytes], list[bool]]] = {
    "one response": ([ASKED], [DELTA.encode(), DONE.encode()], [False, True]),
    "two": ([ASKED, ASKED], [DONE.encode(), b'{"type":"response.completed"}'], [False, True]),
    "an error": ([ASKED], [b'{"type":"error"}'], [True]),
    "nothing requested": ([b'{"type":"session.update"}'], [DONE.encode()], [False]),
    "no JSON": ([ASKED], [b"hello", b"[1]"], [False, False]),
}


@pytest.mark.parametrize(("messages", "answers", "expected"), TURNS.values(), ids=TURNS)
def test_when_a_conversation_is_over(messages: list[bytes], answers: list[bytes], expected: list[bool]) -> None:
    begin = turns(messages)
    for _ in range(2):  # each connection counts on its own
        over = begin()
        assert list(map(over, answers)) == expected


def test_the_proxy_records_both_sides_of_a_client() -> None:
    async def talk(port: int) -> list[str]:
        got = []
        # The client offers compression, which the proxy does not pass on.
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(f"http://127.0.0.1:{port}/v1/realtime", compress=15, protocols=["realtime"]) as client,
        ):
            got.append(await client.receive_str())
            await client.send_bytes(ASKED[:3] + b"\xff")
            await client.ping()
            await client.send_str(ASKED.decode())
            got += [await client.receive_str() for _ in range(2)]
        return got

    files = [Lines()]
    with upstream([CREATED, DELTA * 2000, DONE]) as server:
        server.received.append("")
        rules = Rules((Route("/", f"http://127.0.0.1:{server.port}"),))
        with proxying(rules, Recorders(open=lambda _: files[0])) as proxy:
            with pytest.raises(TypeError):
                asyncio.run(talk(proxy.port))  # the server ends the session at a binary message
            ended = Between(proxy, [], files).recorded()
    assert "Sec-WebSocket-Extensions" not in server.heads[0]
    assert texts(ended) == [CREATED]
    assert [(sent.data, sent.after_frame) for sent in ended.sent][:1] == [(ASKED[:3] + b"\xff", 1)]


SWITCHED = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
ASK = (
    b"GET /v1/realtime HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n"
)


@pytest.mark.parametrize("size", [1, 2, 7, 10_000])
def test_messages_are_found_however_the_bytes_are_split(size: int) -> None:
    answer_bytes = encode(TEXT, CREATED.encode()) + b"\x01\x03Hel\x89\x01p\x80\x02lo" + encode(CLOSE, b"\x03\xe8")
    request_bytes = encode(TEXT, ASKED, b"abcd") + encode(CLOSE, b"\x03\xe8", b"\x00\xff\x00\xff")
    heads: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with connection:
                while b"\r\n\r\n" not in b"".join(heads):
                    heads.append(connection.recv(65536))
                whole = SWITCHED + answer_bytes
                for at in range(0, len(whole), size):
                    connection.sendall(whole[at : at + size])
                got = b""
                while len(got) < len(request_bytes):
                    got += connection.recv(65536)
                heads.append(got)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        files = [Lines()]
        rules = Rules((Route("/", f"http://127.0.0.1:{listening.getsockname()[1]}"),))
        with proxying(rules, Recorders(open=lambda _: files[0])) as proxy:
            here = Between(proxy, [], files)
            with here.connect() as client:
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                client.sendall(ASK)
                got = b""
                while len(got) < len(SWITCHED + answer_bytes):
                    got += client.recv(65536)
                for at in range(0, len(request_bytes), size):
                    client.sendall(request_bytes[at : at + size])
                thread.join()
            found = here.recorded()
    assert got == SWITCHED + answer_bytes and heads[-1] == request_bytes
    assert b"Extensions" not in heads[0]
    assert texts(found) == [CREATED, "Hello"]
    assert [(sent.data, sent.after_frame) for sent in found.sent] == [(ASKED, 2)]
    assert found.end is not None and found.end.reason == "eof"


def test_a_reader_that_does_not_know_sent_messages_passes_over_them() -> None:
    lines = [
        b'{"type":"start","streamkit":1,"request":null}\n',
        b'{"type":"frame","at":1,"text":"a"}\n',
        b'{"type":"sent","at":2,"text":"b"}\n',
        b'{"type":"sent","at":3,"base64":"/w=="}\n',
        b'{"type":"frame","at":4,"text":"c"}\n',
        b'{"type":"sent","at":5}\n',
        b'{"type":"end","at":6,"reason":"eof","frames":2,"bytes":2}\n',
    ]
    exchange = next(recording.read(lines))
    assert exchange.frames.body == b"ac"
    assert exchange.sent == (SentMessage(b"b", 2, 1), SentMessage(b"\xff", 3, 1))
    assert [(damage.line, damage.kind) for damage in exchange.damage] == [(6, "bad-field")]


RECORDED = [
    '{"type":"start","streamkit":1,"source":"client","clock":"monotonic","sent_at":0,"request":{"method":"GET",'
    '"url":"wss://api.openai.com/v1/realtime?model=gpt-realtime","headers":[],"body":null}}',
    '{"type":"response","at":0,"status":101,"http":"1.1","headers":[["upgrade","websocket"],["sec-websocket-protocol","realtime"],["x-id","1"]]}',
    f'{{"type":"sent","at":1,"text":{json.dumps(ASKED.decode())}}}',
    f'{{"type":"frame","at":2,"text":{json.dumps(CREATED)}}}',
    f'{{"type":"frame","at":3,"text":{json.dumps(DELTA)}}}',
    '{"type":"frame","at":4,"base64":"/w=="}',
    '{"type":"sent","at":5,"text":"{\\"type\\":\\"input_audio_buffer.append\\"}"}',
    '{"type":"sent","at":6,"text":"{\\"type\\":\\"input_audio_buffer.commit\\"}"}',
    f'{{"type":"frame","at":7,"text":{json.dumps(DONE)}}}',
    '{"type":"end","at":8,"reason":"eof","frames":4}',
]


def mock(end: str = "eof") -> Mock:
    lines = [line.replace('"eof"', f'"{end}"').encode() + b"\n" for line in RECORDED]
    return Mock(recording.read(lines), Options())


def test_serve_waits_for_the_messages_that_were_waited_for() -> None:
    async def talk(port: int) -> list[Any]:
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(
                f"http://127.0.0.1:{port}/v1/realtime?model=gpt-realtime", protocols=["realtime", "other"]
            ) as client,
        ):
            got: list[Any] = [client.protocol, await client.receive_str()]
            await client.send_str('{"type":"session.update"}')
            with pytest.raises(TimeoutError):
                await client.receive(0.05)
            return got

    async def talk_on(port: int) -> list[Any]:
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(f"http://127.0.0.1:{port}/v1/realtime?model=gpt-realtime") as client,
        ):
            got: list[Any] = [client.protocol, await client.receive_str()]
            await client.send_str('{"type":"session.update"}')
            await client.send_str(ASKED.decode())
            got += [await client.receive_str(), await client.receive_bytes()]
            await client.send_bytes(b"\xff\xfe")
            await client.send_str('{"type":"input_audio_buffer.commit"}')
            got.append(await client.receive_str())
            closing = await client.receive()
            return [*got, closing.type, client.close_code]

    with in_thread(Server(mock().answer)) as server:
        assert asyncio.run(talk(server.port)) == ["realtime", CREATED]
        assert asyncio.run(talk_on(server.port)) == [None, CREATED, DELTA, b"\xff", DONE, aiohttp.WSMsgType.CLOSE, 1000]


@pytest.mark.parametrize(("end", "expected"), [("reset", 1006), ("protocol_error", 1006)])
def test_serve_repeats_an_end_without_a_close_frame(end: str, expected: int) -> None:
    async def talk(port: int) -> int | None:
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(f"http://127.0.0.1:{port}/v1/realtime?model=gpt-realtime") as client,
        ):
            for message in (ASKED.decode(), '{"type":"input_audio_buffer.commit"}'):
                await client.send_str(message)
            async for _ in client:
                pass
            return client.close_code

    with in_thread(Server(mock(end).answer)) as server:
        assert asyncio.run(talk(server.port)) == expected


def test_serve_rejects_a_request_that_is_no_websocket() -> None:
    async def ask(port: int) -> tuple[int, str]:
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://127.0.0.1:{port}/v1/realtime?model=gpt-realtime") as response,
        ):
            return response.status, await response.text()

    with in_thread(Server(mock().answer)) as server:
        status, text = asyncio.run(ask(server.port))
    assert status == 426 and "connect with a WebSocket client" in text


def test_openai_python_talks_to_serve_as_to_openai() -> None:
    pytest.importorskip("websockets", reason="the websockets library is not installed")
    openai = pytest.importorskip("openai")

    async def talk(port: int) -> list[str]:
        client = openai.AsyncOpenAI(
            api_key=KEY, base_url=f"http://127.0.0.1:{port}/v1", websocket_base_url=f"ws://127.0.0.1:{port}/v1"
        )
        kinds = []
        async with client.realtime.connect(model="gpt-realtime") as connection:
            kinds.append(type(await connection.recv()).__name__)
            await connection.response.create()
            async for event in connection:
                kinds.append(type(event).__name__)
                if event.type == "response.done":
                    break
        return kinds

    events = (STREAMS / "realtime.ndjson").read_text(encoding="utf-8").splitlines()
    lines = [*RECORDED[:4], *(f'{{"type":"frame","at":9,"text":{json.dumps(event)}}}' for event in events[8:])]
    answers = Mock(recording.read([line.encode() + b"\n" for line in lines]), Options())
    with in_thread(Server(answers.answer)) as server:
        kinds = asyncio.run(talk(server.port))
    assert kinds[:2] == ["SessionCreatedEvent", "ResponseCreatedEvent"]
    assert len(kinds) == 1 + len(events[8:]) and kinds[-1] == "ResponseDoneEvent"


def responses(turns_: int) -> list[bytes]:
    """A recording of the Responses API over a WebSocket: the same response for each turn, with an ID of its own."""
    blocks = (STREAMS / "responses.sse").read_text(encoding="utf-8").split("\n\n")
    events = [block.partition("data: ")[2] for block in blocks if "data: {" in block]
    lines = [RECORDED[0].replace("/realtime?model=gpt-realtime", "/responses"), RECORDED[1]]
    for turn in range(turns_):
        lines.append('{"type":"sent","at":5,"text":"{\\"type\\":\\"response.create\\"}"}')
        lines += [
            f'{{"type":"frame","at":9,"text":{json.dumps(event.replace("resp_", f"resp_{turn}_"))}}}'
            for event in events
        ]
    return [line.encode() + b"\n" for line in [*lines, '{"type":"end","at":10,"reason":"eof"}']]


def test_each_request_over_a_websocket_is_answered_with_a_response() -> None:
    stream = interpret(next(recording.read(responses(3))), judge=True)
    assert (stream.api, stream.framing, stream.verdict) == ("openai_responses", "websocket", "complete")
    assert [finding for finding in lint(stream, selected()) if finding.severity != "info"] == []
    assert assemble(stream).object["id"].startswith("resp_2_")


def test_a_response_that_is_not_over_when_the_next_one_begins_is_found() -> None:
    lines = responses(2)
    lines.remove(next(line for line in lines if b"response.completed" in line))
    stream = interpret(next(recording.read(lines)), judge=True)
    assert any(finding.severity == "error" for finding in lint(stream, selected()))


def test_openai_python_has_responses_of_serve_over_a_websocket() -> None:
    pytest.importorskip("websockets", reason="the websockets library is not installed")
    openai = pytest.importorskip("openai")

    async def talk(port: int) -> list[str]:
        client = openai.AsyncOpenAI(
            api_key=KEY, base_url=f"http://127.0.0.1:{port}/v1", websocket_base_url=f"ws://127.0.0.1:{port}/v1"
        )
        ids = []
        async with client.responses.connect() as connection:
            for _ in range(2):
                await connection.response.create(model="m", input="x")
                async for event in connection:
                    if event.type == "response.completed":
                        ids.append(event.response.id)
                        break
        return ids

    with in_thread(Server(Mock(recording.read(responses(2)), Options()).answer)) as server:
        ids = asyncio.run(talk(server.port))
    assert [id[:7] for id in ids] == ["resp_0_", "resp_1_"]

// ai, the Vercel AI SDK, in the browser: the chat of `useChat`, and `readUIMessageStream`.
import { AbstractChat, DefaultChatTransport, readUIMessageStream } from "ai";
import { answer, drive } from "./common.mjs";

const transport = (base, model) => new DefaultChatTransport({ api: `${base}/api/chat`, body: { model, stream: true } });

const shown = (message, finish) => {
  const of = (type) => message.parts.filter((part) => part.type === type).map((part) => part.text).join("");
  const calls = message.parts.filter((part) => part.toolCallId !== undefined);
  return answer({
    text: of("text"),
    reasoning: of("reasoning"),
    calls: calls.map((part) => [part.toolCallId, part.toolName ?? part.type.replace(/^tool-/, ""), part.state === "input-streaming" ? `incomplete: ${JSON.stringify(part.input)}` : part.input]),
    finish,
    role: message.role,
  });
};

class State {
  status = "ready";
  error = undefined;
  messages = [];
  pushMessage(message) { this.messages = [...this.messages, message]; }
  popMessage() { this.messages = this.messages.slice(0, -1); }
  replaceMessage(index, message) { this.messages = this.messages.with(index, message); }
  snapshot(value) { return structuredClone(value); }
}

class Chat extends AbstractChat {}

async function useChat(base, _, model) {
  let finished = {};
  const errors = [];
  const chat = new Chat({
    state: new State(), transport: transport(base, model),
    onError: (error) => errors.push(error), onFinish: (told) => (finished = told),
  });
  await chat.sendMessage({ text: "x" });
  if (errors.length) throw errors[0];
  return shown(finished.message, finished.isAbort ? "abort" : finished.finishReason);
}

async function read(base, _, model) {
  const errors = [];
  const stream = await transport(base, model).sendMessages({
    chatId: "c", messages: [], trigger: "submit-message", messageId: undefined, abortSignal: undefined,
  });
  let last = { role: "assistant", parts: [] };
  for await (const message of readUIMessageStream({ stream, onError: (error) => errors.push(error) })) last = message;
  if (errors.length) throw errors[0];
  return shown(last, null);
}

await drive({ "useChat": useChat, "readUIMessageStream()": read });

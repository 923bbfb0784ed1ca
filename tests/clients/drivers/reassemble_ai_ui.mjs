// The message that `useChat` of ai, the Vercel AI SDK, makes of each event stream named on the command line: a line of JSON each.
import { readFileSync } from "node:fs";
import { AbstractChat, DefaultChatTransport } from "ai";

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

for (const path of process.argv.slice(2)) {
  const respond = async () => new Response(readFileSync(path), { headers: { "content-type": "text/event-stream" } });
  const errors = [];
  let ids = 0;
  const chat = new Chat({
    state: new State(), transport: new DefaultChatTransport({ fetch: respond }),
    generateId: () => `made-up-${ids++}`, onError: (error) => errors.push(error),
  });
  await chat.sendMessage({ text: "x" });
  const [error] = errors;
  console.log(JSON.stringify({ error: error ? [error.name, error.message.split("\n")[0]] : null, object: chat.messages[1] ?? null }));
}

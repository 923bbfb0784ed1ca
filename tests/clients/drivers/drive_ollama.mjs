// ollama (npm): `chat({stream: true})`, and `chat`.
import { Ollama } from "ollama";
import { answer, at, drive } from "./common.mjs";

const client = (base) => new Ollama(at({ host: base }));
const asked = (model) => ({ model, messages: [{ role: "user", content: "x" }] });

async function added(parts) {
  let text = "", reasoning = "", last = {};
  const calls = [];
  for await (const part of parts) {
    last = part;
    text += part.message.content ?? "";
    reasoning += part.message.thinking ?? "";
    for (const call of part.message.tool_calls ?? []) calls.push([null, call.function.name, call.function.arguments]);
  }
  return answer({ text, reasoning, calls, finish: last.done_reason ?? null, usage: [last.prompt_eval_count, last.eval_count] });
}

const stream = async (base, _, model) => added(await client(base).chat({ ...asked(model), stream: true }));
const plain = async (base, _, model) => added([await client(base).chat(asked(model))]);

await drive({ "chat({stream: true})": stream }, { "chat({stream: true})": plain });

// @mistralai/mistralai: `chat.stream`, and `chat.complete`.
import { Mistral } from "@mistralai/mistralai";
import { answer, at, drive } from "./common.mjs";

const client = (base) => new Mistral({ apiKey: "none", ...at({ serverURL: base }) });
const asked = (model) => ({ model, messages: [{ role: "user", content: "x" }] });
const thought = (content) =>
  (Array.isArray(content) ? content : []).flatMap((part) => part.thinking ?? []).map((part) => part.text ?? "").join("");
const said = (content) => (typeof content === "string" ? content : (content ?? []).map((part) => part.text ?? "").join(""));

async function stream(base, _, model) {
  let text = "", reasoning = "", finish = null, usage = null;
  const calls = new Map();
  for await (const { data } of await client(base).chat.stream(asked(model))) {
    for (const choice of data.choices) {
      text += said(choice.delta.content);
      reasoning += thought(choice.delta.content);
      finish = choice.finishReason ?? finish;
      for (const call of choice.delta.toolCalls ?? []) {
        if (!calls.has(call.index)) calls.set(call.index, [null, "", ""]);
        const known = calls.get(call.index);
        if (call.id && call.id !== "null") known[0] = call.id;
        known[1] += call.function.name ?? "";
        known[2] += typeof call.function.arguments === "string" ? call.function.arguments : JSON.stringify(call.function.arguments);
      }
    }
    usage = data.usage ?? usage;
  }
  return answer({ text, reasoning, calls: [...calls.values()], finish, usage: usage && [usage.promptTokens, usage.completionTokens] });
}

async function plain(base, _, model) {
  const final = await client(base).chat.complete(asked(model));
  const [choice] = final.choices;
  return answer({
    text: said(choice.message.content), reasoning: thought(choice.message.content), finish: choice.finishReason,
    calls: (choice.message.toolCalls ?? []).map((call) => [call.id, call.function.name, call.function.arguments]),
    usage: [final.usage.promptTokens, final.usage.completionTokens],
  });
}

await drive({ "chat.stream()": stream }, { "chat.stream()": plain });

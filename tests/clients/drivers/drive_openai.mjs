// openai (npm): chunks read one by one (`create({stream: true})`) and the helpers that put them together (`.stream()`).
import OpenAI from "openai";
import { RETRIES, answer, at, drive } from "./common.mjs";

const client = (base) => new OpenAI({ ...at({ baseURL: `${base}/v1`, apiKey: "none" }), ...RETRIES });
const text = (value) => (typeof value === "string" ? value : value == null ? "" : JSON.stringify(value));

async function create(base, api, model) {
  if (api === "openai_responses") return events(await client(base).responses.create({ model, input: "x", stream: true }));
  const chunks =
    api === "openai_completions"
      ? await client(base).completions.create({ model, prompt: "x", stream: true })
      : await client(base).chat.completions.create({ model, messages: [], stream: true });
  const texts = new Map(), finish = new Map(), calls = new Map();
  let reasoning = "", usage = null;
  for await (const chunk of chunks) {
    for (const choice of chunk.choices ?? []) {
      const added = choice.delta ? choice.delta.content : choice.text;
      texts.set(choice.index, (texts.get(choice.index) ?? "") + (added ?? ""));
      finish.set(choice.index, choice.finish_reason || finish.get(choice.index) || null);
      reasoning += choice.delta?.reasoning_content ?? "";
      for (const call of choice.delta?.tool_calls ?? []) {
        const key = `${choice.index}/${call.index}`;
        if (!calls.has(key)) calls.set(key, [null, "", ""]);
        const known = calls.get(key);
        known[0] = call.id || known[0];
        known[1] += call.function?.name ?? "";
        known[2] += call.function?.arguments ?? "";
      }
    }
    usage = chunk.usage ?? usage;
  }
  return answer({
    text: [...texts.values()].join("\n"), reasoning, calls: [...calls.values()], finish: [...finish.values()],
    usage: usage && [usage.prompt_tokens, usage.completion_tokens],
  });
}

async function stream(base, api, model) {
  if (api === "openai_responses") return whole(await client(base).responses.stream({ model, input: "x" }).finalResponse());
  if (api === "openai_assistants") return run(client(base).beta.threads.runs.stream(model, { assistant_id: "a" }));
  return completion(await client(base).chat.completions.stream({ model, messages: [] }).finalChatCompletion());
}

async function plain(base, api, model) {
  if (api === "openai_responses") return whole(await client(base).responses.create({ model, input: "x" }));
  return completion(
    api === "openai_completions"
      ? await client(base).completions.create({ model, prompt: "x" })
      : await client(base).chat.completions.create({ model, messages: [] }),
  );
}

function completion(final) {
  const messages = final.choices.map((choice) => choice.message ?? { content: choice.text, role: "assistant" });
  return answer({
    text: messages.map((message) => text(message.content)).join("\n"),
    reasoning: messages.map((message) => text(message.reasoning_content)).join(""),
    calls: messages.flatMap((message) => message.tool_calls ?? []).map((call) => [call.id, call.function?.name, call.function?.arguments]),
    finish: final.choices.map((choice) => choice.finish_reason),
    usage: final.usage && [final.usage.prompt_tokens, final.usage.completion_tokens],
    role: messages.map((message) => message.role),
  });
}

async function events(stream) {
  let said = "", reasoning = "", finish = null, usage = null;
  const calls = [];
  for await (const event of stream) {
    if (event.type === "response.output_text.delta") said += event.delta;
    else if (event.type === "response.reasoning_summary_text.delta" || event.type === "response.reasoning_text.delta") reasoning += event.delta;
    else if (event.type === "response.output_item.done" && event.item.type === "function_call")
      calls.push([event.item.call_id, event.item.name, event.item.arguments]);
    else if (["response.completed", "response.incomplete", "response.failed"].includes(event.type))
      [finish, usage] = [event.response.status, event.response.usage];
  }
  return answer({ text: said, reasoning, calls, finish, usage: usage && [usage.input_tokens, usage.output_tokens] });
}

function whole(final) {
  return answer({
    text: text(final.output_text ?? final.output.flatMap((item) => item.content ?? []).map((part) => part.text ?? "").join("")),
    reasoning: final.output.filter((item) => item.type === "reasoning").flatMap((item) => item.summary).map((part) => part.text).join(""),
    calls: final.output.filter((item) => item.type === "function_call").map((item) => [item.call_id, item.name, item.arguments]),
    finish: final.status,
    usage: final.usage && [final.usage.input_tokens, final.usage.output_tokens],
  });
}

async function run(streaming) {
  const final = await streaming.finalRun();
  const messages = await streaming.finalMessages();
  const steps = await streaming.finalRunSteps();
  return answer({
    text: messages.flatMap((message) => message.content).map((part) => part.text?.value ?? "").join(""),
    calls: steps.flatMap((step) => step.step_details.tool_calls ?? []).filter((call) => call.type === "function")
      .map((call) => [call.id, call.function.name, call.function.arguments]),
    finish: final.status,
    usage: final.usage && [final.usage.prompt_tokens, final.usage.completion_tokens],
  });
}

await drive({ "create({stream: true})": create, ".stream()": stream }, { "create({stream: true})": plain });

// The data stream of ai 4, the Vercel AI SDK, as its `useChat` reads it.
import { callChatApi } from "@ai-sdk/ui-utils";
import { answer, drive } from "./common.mjs";

async function useChat(base, _, model) {
  let last = {};
  await callChatApi({
    api: `${base}/api/data`, body: { model, stream: true }, streamProtocol: "data", generateId: () => "made-up",
    restoreMessagesOnFailure: () => {}, onUpdate: () => {}, onFinish: (message, told) => (last = { message, ...told }),
  });
  const { message, finishReason, usage } = last;
  return answer({
    text: message.content,
    reasoning: message.reasoning,
    calls: (message.toolInvocations ?? []).map((call) => [call.toolCallId, call.toolName, call.state === "partial-call" ? `incomplete: ${JSON.stringify(call.args)}` : call.args]),
    finish: finishReason,
    usage: Number.isNaN(usage.totalTokens) ? null : [usage.promptTokens, usage.completionTokens],
    role: message.role,
  });
}

await drive({ "useChat of ai 4": useChat });

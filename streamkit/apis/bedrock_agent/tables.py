"""The content of an agent's events: citations, traces, and requests to the application.

Source: botocore 1.44.5, `bedrock-agent-runtime/2023-07-26/service-2.json`, `ResponseStream` and the shapes that it
names. The service model requires hardly any member. Also required here are the `traceId` of each step and what an
application needs: the inputs of a call that it has to make, and the bytes of a file.
"""

from __future__ import annotations

from streamkit.apis._kit.notation import shapes

TABLES = shapes(
    """
Span = { end?: count, start?: count }
TextResponsePart = { span?: Span, text?: string }
GeneratedResponsePart = { textResponsePart?: TextResponsePart }
AudioSegment = { s3Uri: string, transcription?: string }
Column = { columnName?: string, columnValue?: string, type?: "BLOB" | "BOOLEAN" | "DOUBLE" | "NULL" | "LONG" |
  "STRING" }
VideoSegment = { s3Uri: string, summary?: string }
ReferenceContent = { audio?: AudioSegment, byteContent?: string, row?: Column[], text?: string, type?: "TEXT" |
  "IMAGE" | "ROW" | "AUDIO" | "VIDEO", video?: VideoSegment }
Place = { id?: string, query?: string, uri?: string, url?: string }
Location = { confluenceLocation?: Place, customDocumentLocation?: Place, googleDriveLocation?: Place,
  kendraDocumentLocation?: Place, oneDriveLocation?: Place, s3Location?: Place, salesforceLocation?: Place,
  sharePointLocation?: Place, sqlLocation?: Place, type: string, webLocation?: Place }
RetrievedReference = { content?: ReferenceContent, location?: Location, metadata?: object }
Citation = { generatedResponsePart?: GeneratedResponsePart, retrievedReferences?: RetrievedReference[] }
Attribution = { citations?: Citation[] }
Caller = { agentAliasArn?: string }
CustomOrchestrationTraceEvent = { text?: string }
CustomOrchestrationTrace = { event?: CustomOrchestrationTraceEvent, traceId?: string }
Usage = { inputTokens?: count, outputTokens?: count }
Metadata = { clientRequestId?: string, endTime?: string | number, operationTotalTimeMs?: count, startTime?: string |
  number, totalTimeMs?: count, usage?: Usage }
FailureTrace = { failureCode?: integer, failureReason?: string, metadata?: Metadata, traceId?: string }
GuardrailContentFilter = { action?: "BLOCKED", confidence?: "NONE" | "LOW" | "MEDIUM" | "HIGH", type?: "INSULTS" |
  "HATE" | "SEXUAL" | "VIOLENCE" | "MISCONDUCT" | "PROMPT_ATTACK" }
ContentPolicy = { filters?: GuardrailContentFilter[] }
GuardrailPiiEntityFilter = { action?: "BLOCKED" | "ANONYMIZED", match?: string, type?: string }
GuardrailRegexFilter = { action?: "BLOCKED" | "ANONYMIZED", match?: string, name?: string, regex?: string }
SensitiveInformationPolicy = { piiEntities?: GuardrailPiiEntityFilter[], regexes?: GuardrailRegexFilter[] }
GuardrailTopic = { action?: "BLOCKED", name?: string, type?: "DENY" }
TopicPolicy = { topics?: GuardrailTopic[] }
GuardrailCustomWord = { action?: "BLOCKED", match?: string }
GuardrailManagedWord = { action?: "BLOCKED", match?: string, type?: "PROFANITY" }
WordPolicy = { customWords?: GuardrailCustomWord[], managedWordLists?: GuardrailManagedWord[] }
GuardrailAssessment = { contentPolicy?: ContentPolicy, sensitiveInformationPolicy?: SensitiveInformationPolicy,
  topicPolicy?: TopicPolicy, wordPolicy?: WordPolicy }
GuardrailTrace = { action?: "INTERVENED" | "NONE", inputAssessments?: GuardrailAssessment[], metadata?: Metadata,
  outputAssessments?: GuardrailAssessment[], traceId?: string }
Parameter = { name?: string, type?: string, value?: string }
RequestBody = { content?: object }
ActionGroupInvocationInput = { actionGroupName?: string, apiPath?: string, executionType?: "LAMBDA" |
  "RETURN_CONTROL", function?: string, invocationId?: string, parameters?: Parameter[], requestBody?: RequestBody,
  verb?: string }
ApiResult = { actionGroup: string, agentId?: string, apiPath?: string, confirmationState?: "CONFIRM" | "DENY",
  httpMethod?: string, httpStatusCode?: integer, responseBody?: object, responseState?: "FAILURE" | "REPROMPT" }
FunctionResult = { actionGroup: string, agentId?: string, confirmationState?: "CONFIRM" | "DENY", function?: string,
  responseBody?: object, responseState?: "FAILURE" | "REPROMPT" }
InvocationResultMember = { apiResult?: ApiResult, functionResult?: FunctionResult }
ReturnControlResults = { invocationId?: string, returnControlInvocationResults?: InvocationResultMember[] }
AgentCollaboratorInputPayload = { returnControlResults?: ReturnControlResults, text?: string, type?: "TEXT" |
  "RETURN_CONTROL" }
AgentCollaboratorInvocationInput = { agentCollaboratorAliasArn?: string, agentCollaboratorName?: string, input?:
  AgentCollaboratorInputPayload }
CodeInterpreterInvocationInput = { code?: string, files?: string[] }
KnowledgeBaseLookupInput = { knowledgeBaseId?: string, text?: string }
InvocationInput = { actionGroupInvocationInput?: ActionGroupInvocationInput, agentCollaboratorInvocationInput?:
  AgentCollaboratorInvocationInput, codeInterpreterInvocationInput?: CodeInterpreterInvocationInput,
  invocationType?: "ACTION_GROUP" | "KNOWLEDGE_BASE" | "FINISH" | "ACTION_GROUP_CODE_INTERPRETER" |
  "AGENT_COLLABORATOR", knowledgeBaseLookupInput?: KnowledgeBaseLookupInput, traceId: string }
InferenceConfiguration = { maximumLength?: count, stopSequences?: string[], temperature?: number, topK?: count,
  topP?: number }
ModelInvocationInput = { foundationModel?: string, inferenceConfiguration?: InferenceConfiguration, overrideLambda?:
  string, parserMode?: "DEFAULT" | "OVERRIDDEN", promptCreationMode?: "DEFAULT" | "OVERRIDDEN", text?: string,
  traceId: string, type?: "PRE_PROCESSING" | "ORCHESTRATION" | "KNOWLEDGE_BASE_RESPONSE_GENERATION" |
  "POST_PROCESSING" | "ROUTING_CLASSIFIER" }
RawResponse = { content?: string }
ReasoningTextBlock = { signature?: string, text: string }
ReasoningContentBlock = { reasoningText?: ReasoningTextBlock, redactedContent?: string }
OrchestrationModelInvocationOutput = { metadata?: Metadata, rawResponse?: RawResponse, reasoningContent?:
  ReasoningContentBlock, traceId: string }
ActionGroupInvocationOutput = { metadata?: Metadata, text?: string }
ApiInvocationInput = { actionGroup: string, actionInvocationType?: "RESULT" | "USER_CONFIRMATION" |
  "USER_CONFIRMATION_AND_RESULT", agentId?: string, apiPath?: string, collaboratorName?: string, httpMethod?:
  string, parameters?: Parameter[], requestBody?: RequestBody }
FunctionInvocationInput = { actionGroup: string, actionInvocationType?: "RESULT" | "USER_CONFIRMATION" |
  "USER_CONFIRMATION_AND_RESULT", agentId?: string, collaboratorName?: string, function?: string, parameters?:
  Parameter[] }
InvocationInputMember = { apiInvocationInput?: ApiInvocationInput, functionInvocationInput?: FunctionInvocationInput
  }
ReturnControlPayload = { invocationId: string, invocationInputs: InvocationInputMember[] }
AgentCollaboratorOutputPayload = { returnControlPayload?: ReturnControlPayload, text?: string, type?: "TEXT" |
  "RETURN_CONTROL" }
AgentCollaboratorInvocationOutput = { agentCollaboratorAliasArn?: string, agentCollaboratorName?: string, metadata?:
  Metadata, output?: AgentCollaboratorOutputPayload }
CodeInterpreterInvocationOutput = { executionError?: string, executionOutput?: string, executionTimeout?: boolean,
  files?: string[], metadata?: Metadata }
FinalResponse = { metadata?: Metadata, text?: string }
KnowledgeBaseLookupOutput = { metadata?: Metadata, retrievedReferences?: RetrievedReference[] }
RepromptResponse = { source?: "ACTION_GROUP" | "KNOWLEDGE_BASE" | "PARSER", text?: string }
Observation = { actionGroupInvocationOutput?: ActionGroupInvocationOutput, agentCollaboratorInvocationOutput?:
  AgentCollaboratorInvocationOutput, codeInterpreterInvocationOutput?: CodeInterpreterInvocationOutput,
  finalResponse?: FinalResponse, knowledgeBaseLookupOutput?: KnowledgeBaseLookupOutput, repromptResponse?:
  RepromptResponse, traceId: string, type?: "ACTION_GROUP" | "AGENT_COLLABORATOR" | "KNOWLEDGE_BASE" | "FINISH" |
  "ASK_USER" | "REPROMPT" }
Rationale = { text?: string, traceId: string }
OrchestrationTrace = { invocationInput?: InvocationInput, modelInvocationInput?: ModelInvocationInput,
  modelInvocationOutput?: OrchestrationModelInvocationOutput, observation?: Observation, rationale?: Rationale }
PostProcessingParsedResponse = { text?: string }
PostProcessingModelInvocationOutput = { metadata?: Metadata, parsedResponse?: PostProcessingParsedResponse,
  rawResponse?: RawResponse, reasoningContent?: ReasoningContentBlock, traceId: string }
PostProcessingTrace = { modelInvocationInput?: ModelInvocationInput, modelInvocationOutput?:
  PostProcessingModelInvocationOutput }
PreProcessingParsedResponse = { isValid?: boolean, rationale?: string }
PreProcessingModelInvocationOutput = { metadata?: Metadata, parsedResponse?: PreProcessingParsedResponse,
  rawResponse?: RawResponse, reasoningContent?: ReasoningContentBlock, traceId: string }
PreProcessingTrace = { modelInvocationInput?: ModelInvocationInput, modelInvocationOutput?:
  PreProcessingModelInvocationOutput }
RoutingClassifierModelInvocationOutput = { metadata?: Metadata, rawResponse?: RawResponse, traceId: string }
RoutingClassifierTrace = { invocationInput?: InvocationInput, modelInvocationInput?: ModelInvocationInput,
  modelInvocationOutput?: RoutingClassifierModelInvocationOutput, observation?: Observation }
Trace = { customOrchestrationTrace?: CustomOrchestrationTrace, failureTrace?: FailureTrace, guardrailTrace?:
  GuardrailTrace, orchestrationTrace?: OrchestrationTrace, postProcessingTrace?: PostProcessingTrace,
  preProcessingTrace?: PreProcessingTrace, routingClassifierTrace?: RoutingClassifierTrace }
OutputFile = { bytes: string, name?: string, type?: string }
"""
)

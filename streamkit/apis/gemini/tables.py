"""The content of a `GenerateContentResponse`.

Source: google-genai 3.4, `types.py`, in which every field is optional. Google's own JSON has no null: what is not there is
left out.
"""

from __future__ import annotations

from streamkit.apis._kit.notation import shapes

TABLES = shapes(
    """
HttpResponse = { headers?: object, body?: string }
PartMediaResolution = { level?: "MEDIA_RESOLUTION_UNSPECIFIED" | "MEDIA_RESOLUTION_LOW" | "MEDIA_RESOLUTION_MEDIUM"
  | "MEDIA_RESOLUTION_HIGH" | "MEDIA_RESOLUTION_ULTRA_HIGH", numTokens?: integer }
CodeExecutionResult = { outcome?: "OUTCOME_UNSPECIFIED" | "OUTCOME_OK" | "OUTCOME_FAILED" |
  "OUTCOME_DEADLINE_EXCEEDED", output?: string, id?: string }
ExecutableCode = { code?: string, language?: "LANGUAGE_UNSPECIFIED" | "PYTHON", id?: string }
FileData = { displayName?: string, fileUri?: string, mimeType?: string }
PartialArg = { boolValue?: boolean, jsonPath?: string, nullValue?: "NULL_VALUE", numberValue?: number, stringValue?:
  string, willContinue?: boolean }
FunctionCall = { id?: string, args?: object, name?: string, partialArgs?: PartialArg[], willContinue?: boolean }
FunctionResponseBlob = { mimeType?: string, data?: string, displayName?: string }
FunctionResponseFileData = { fileUri?: string, mimeType?: string, displayName?: string }
VideoMetadata = { endOffset?: string, fps?: number, startOffset?: string, contentLayers?:
  ("CONTENT_LAYER_UNSPECIFIED" | "FRAMES" | "AUDIO" | "TRANSCRIPT")[] }
DocumentMetadata = { startPage?: integer, endPage?: integer, contentLayers?: ("CONTENT_LAYER_UNSPECIFIED" |
  "PAGE_IMAGE" | "PAGE_TEXT")[] }
SpreadsheetMetadata = { visibleCells?: string, sheetIndex?: count, contentLayers?: ("CONTENT_LAYER_UNSPECIFIED" |
  "DATA" | "FORMULAS" | "VISUAL")[] }
AudioMetadata = { startOffset?: string, endOffset?: string }
FunctionResponsePart = { inlineData?: FunctionResponseBlob, fileData?: FunctionResponseFileData, mediaProcessing?:
  "MEDIA_PROCESSING_UNSPECIFIED" | "STATIC" | "AGENTIC", mediaResolution?: PartMediaResolution, videoMetadata?:
  VideoMetadata, documentMetadata?: DocumentMetadata, spreadsheetMetadata?: SpreadsheetMetadata, audioMetadata?:
  AudioMetadata }
FunctionResponse = { willContinue?: boolean, scheduling?: "SCHEDULING_UNSPECIFIED" | "SILENT" | "WHEN_IDLE" |
  "INTERRUPT", parts?: FunctionResponsePart[], id?: string, name?: string, response?: object }
Blob = { data?: string, displayName?: string, mimeType?: string }
ToolCall = { id?: string, toolType?: "TOOL_TYPE_UNSPECIFIED" | "GOOGLE_SEARCH_WEB" | "GOOGLE_SEARCH_IMAGE" |
  "URL_CONTEXT" | "GOOGLE_MAPS" | "FILE_SEARCH" | "MEDIA_PROCESSING", args?: object }
ToolResponse = { id?: string, toolType?: "TOOL_TYPE_UNSPECIFIED" | "GOOGLE_SEARCH_WEB" | "GOOGLE_SEARCH_IMAGE" |
  "URL_CONTEXT" | "GOOGLE_MAPS" | "FILE_SEARCH" | "MEDIA_PROCESSING", response?: object }
WordInfo = { word?: string, startOffset?: string, endOffset?: string }
Transcription = { text?: string, finished?: boolean, languageCode?: string, speakerLabel?: string, words?:
  WordInfo[], startOffset?: string, endOffset?: string }
SpeechMetadata = { speaker?: string, style?: string }
Part = { mediaResolution?: PartMediaResolution, codeExecutionResult?: CodeExecutionResult, executableCode?:
  ExecutableCode, fileData?: FileData, functionCall?: FunctionCall, functionResponse?: FunctionResponse,
  inlineData?: Blob, text?: string, thought?: boolean, thoughtSignature?: string, videoMetadata?: VideoMetadata,
  toolCall?: ToolCall, toolResponse?: ToolResponse, partMetadata?: object, audioTranscription?: Transcription,
  mediaProcessing?: "MEDIA_PROCESSING_UNSPECIFIED" | "STATIC" | "AGENTIC", speechMetadata?: SpeechMetadata,
  documentMetadata?: DocumentMetadata, spreadsheetMetadata?: SpreadsheetMetadata, audioMetadata?: AudioMetadata }
Content = { parts?: Part[], role?: string }
GoogleTypeDate = { day?: count, month?: count, year?: count }
Citation = { endIndex?: count, license?: string, publicationDate?: GoogleTypeDate, startIndex?: count, title?:
  string, uri?: string }
CitationMetadata = { citations?: Citation[] }
GroundingChunkImage = { sourceUri?: string, imageUri?: string, title?: string, domain?: string }
MapsAuthor = { displayName?: string, photoUri?: string, uri?: string }
MapsReview = { authorAttribution?: MapsAuthor, flagContentUri?: string, googleMapsUri?: string,
  relativePublishTimeDescription?: string, review?: string, reviewId?: string, title?: string }
MapsSources = { reviewSnippet?: MapsReview[], flagContentUri?: string, reviewSnippets?: MapsReview[] }
MapsRoute = { distanceMeters?: integer, duration?: string, encodedPolyline?: string }
GroundingChunkMaps = { placeAnswerSources?: MapsSources, placeId?: string, text?: string, title?: string, uri?:
  string, route?: MapsRoute }
RagChunkPageSpan = { firstPage?: integer, lastPage?: integer }
RagChunk = { pageSpan?: RagChunkPageSpan, text?: string, chunkId?: string, fileId?: string }
GroundingChunkStringList = { values?: string[] }
GroundingChunkCustomMetadata = { key?: string, numericValue?: number, stringListValue?: GroundingChunkStringList,
  stringValue?: string }
GroundingChunkRetrievedContext = { documentName?: string, ragChunk?: RagChunk, text?: string, title?: string, uri?:
  string, customMetadata?: GroundingChunkCustomMetadata[], fileSearchStore?: string, pageNumber?: integer, mediaId?:
  string }
GroundingChunkWeb = { domain?: string, title?: string, uri?: string }
GroundingChunk = { image?: GroundingChunkImage, maps?: GroundingChunkMaps, retrievedContext?:
  GroundingChunkRetrievedContext, web?: GroundingChunkWeb }
Segment = { startIndex?: count, endIndex?: count, partIndex?: count, text?: string }
GroundingSupport = { confidenceScores?: number[], groundingChunkIndices?: count[], segment?: Segment,
  renderedParts?: integer[] }
RetrievalMetadata = { googleSearchDynamicRetrievalScore?: number }
SearchEntryPoint = { renderedContent?: string, sdkBlob?: string }
GroundingMetadataSourceFlaggingUri = { flagContentUri?: string, sourceId?: string }
GroundingMetadata = { imageSearchQueries?: string[], groundingChunks?: GroundingChunk[], groundingSupports?:
  GroundingSupport[], retrievalMetadata?: RetrievalMetadata, searchEntryPoint?: SearchEntryPoint, webSearchQueries?:
  string[], googleMapsWidgetContextToken?: string, retrievalQueries?: string[], sourceFlaggingUris?:
  GroundingMetadataSourceFlaggingUri[] }
LogprobsResultCandidate = { logProbability?: number, token?: string, tokenId?: integer }
LogprobsResultTopCandidates = { candidates?: LogprobsResultCandidate[] }
LogprobsResult = { chosenCandidates?: LogprobsResultCandidate[], topCandidates?: LogprobsResultTopCandidates[],
  logProbabilitySum?: number }
SafetyRating = { blocked?: boolean, category?: "HARM_CATEGORY_UNSPECIFIED" | "HARM_CATEGORY_HARASSMENT" |
  "HARM_CATEGORY_HATE_SPEECH" | "HARM_CATEGORY_SEXUALLY_EXPLICIT" | "HARM_CATEGORY_DANGEROUS_CONTENT" |
  "HARM_CATEGORY_CIVIC_INTEGRITY" | "HARM_CATEGORY_JAILBREAK" | "HARM_CATEGORY_IMAGE_HATE" |
  "HARM_CATEGORY_IMAGE_DANGEROUS_CONTENT" | "HARM_CATEGORY_IMAGE_HARASSMENT" |
  "HARM_CATEGORY_IMAGE_SEXUALLY_EXPLICIT", overwrittenThreshold?: "HARM_BLOCK_THRESHOLD_UNSPECIFIED" |
  "BLOCK_LOW_AND_ABOVE" | "BLOCK_MEDIUM_AND_ABOVE" | "BLOCK_ONLY_HIGH" | "BLOCK_NONE" | "OFF", probability?:
  "HARM_PROBABILITY_UNSPECIFIED" | "NEGLIGIBLE" | "LOW" | "MEDIUM" | "HIGH", probabilityScore?: number, severity?:
  "HARM_SEVERITY_UNSPECIFIED" | "HARM_SEVERITY_NEGLIGIBLE" | "HARM_SEVERITY_LOW" | "HARM_SEVERITY_MEDIUM" |
  "HARM_SEVERITY_HIGH", severityScore?: number }
UrlMetadata = { retrievedUrl?: string, urlRetrievalStatus?: "URL_RETRIEVAL_STATUS_UNSPECIFIED" |
  "URL_RETRIEVAL_STATUS_SUCCESS" | "URL_RETRIEVAL_STATUS_ERROR" | "URL_RETRIEVAL_STATUS_PAYWALL" |
  "URL_RETRIEVAL_STATUS_UNSAFE" }
UrlContextMetadata = { urlMetadata?: UrlMetadata[] }
Candidate = { content?: Content, citationMetadata?: CitationMetadata, finishMessage?: string, tokenCount?: count,
  finishReason?: "FINISH_REASON_UNSPECIFIED" | "STOP" | "MAX_TOKENS" | "SAFETY" | "RECITATION" | "LANGUAGE" |
  "OTHER" | "BLOCKLIST" | "PROHIBITED_CONTENT" | "SPII" | "MALFORMED_FUNCTION_CALL" | "IMAGE_SAFETY" |
  "IMAGE_PROHIBITED_CONTENT" | "IMAGE_OTHER" | "NO_IMAGE" | "IMAGE_RECITATION" | "UNEXPECTED_TOOL_CALL" |
  "TOO_MANY_TOOL_CALLS" | "MISSING_THOUGHT_SIGNATURE" | "MALFORMED_RESPONSE" | "ESCALATION" | "PUP_LIMITED_DISABLED"
  | "CONTINUATION" | "MODEL_ARMOR", groundingMetadata?: GroundingMetadata, avgLogprobs?: number, index?: integer,
  logprobsResult?: LogprobsResult, safetyRatings?: SafetyRating[], urlContextMetadata?: UrlContextMetadata,
  continuationToken?: string }
PromptFeedback = { blockReason?: "BLOCKED_REASON_UNSPECIFIED" | "SAFETY" | "OTHER" | "BLOCKLIST" |
  "PROHIBITED_CONTENT" | "IMAGE_SAFETY" | "MODEL_ARMOR" | "JAILBREAK", blockReasonMessage?: string, safetyRatings?:
  SafetyRating[] }
ModalityTokenCount = { modality?: "MODALITY_UNSPECIFIED" | "TEXT" | "IMAGE" | "VIDEO" | "AUDIO" | "DOCUMENT",
  tokenCount?: count }
UsageMetadata = { cacheTokensDetails?: ModalityTokenCount[], cachedContentTokenCount?: count, candidatesTokenCount?:
  count, candidatesTokensDetails?: ModalityTokenCount[], promptTokenCount?: count, promptTokensDetails?:
  ModalityTokenCount[], thoughtsTokenCount?: count, toolUsePromptTokenCount?: count, toolUsePromptTokensDetails?:
  ModalityTokenCount[], totalTokenCount?: count, trafficType?: "TRAFFIC_TYPE_UNSPECIFIED" | "ON_DEMAND" |
  "ON_DEMAND_PRIORITY" | "ON_DEMAND_FLEX" | "ON_DEMAND_OFFPEAK" | "PROVISIONED_THROUGHPUT" }
ModelStatus = { message?: string, modelStage?: "MODEL_STAGE_UNSPECIFIED" | "UNSTABLE_EXPERIMENTAL" | "EXPERIMENTAL"
  | "PREVIEW" | "STABLE" | "LEGACY" | "DEPRECATED" | "RETIRED", retirementTime?: string }
Response = { sdkHttpResponse?: HttpResponse, candidates?: Candidate[], createTime?: string, modelVersion?: string,
  promptFeedback?: PromptFeedback, responseId?: string, usageMetadata?: UsageMetadata, modelStatus?: ModelStatus,
  automaticFunctionCallingHistory?: Content[], parsed?: any }
""",
    null=False,
)

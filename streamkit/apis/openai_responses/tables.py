"""The content of a response, its items, and what it repeats of its request.

Source: openai-python 3.54, `types/responses/response.py`, `response_output_item.py` and the types that these name. Less
strict than those where OpenAI's own streams differ: `cache_write_tokens` is new, and a web search that begins has no
`action`.
"""

from __future__ import annotations

from streamkit.apis._kit.notation import shapes

TABLES = shapes(
    """
Progress = "in_progress" | "completed" | "incomplete"
AnnotationFileCitation = { file_id: string, filename: string, index: integer }
AnnotationURLCitation = { end_index: integer, start_index: integer, title: string, url: string }
AnnotationContainerFileCitation = { container_id: string, end_index: integer, file_id: string, filename: string,
  start_index: integer }
AnnotationFilePath = { file_id: string, index: integer }
Annotation = type of file_citation AnnotationFileCitation, url_citation AnnotationURLCitation,
  container_file_citation AnnotationContainerFileCitation, file_path AnnotationFilePath
LogprobTopLogprob = { token: string, bytes: integer[], logprob: number }
Logprob = { token: string, bytes: integer[], logprob: number, top_logprobs: LogprobTopLogprob[] }
EventTopLogprob = { token?: string, bytes?: integer[], logprob?: number }
EventLogprob = { token: string, bytes?: integer[], logprob: number, top_logprobs?: EventTopLogprob[] }
OutputText = { annotations: Annotation[], text: string, logprobs?: Logprob[] }
OutputRefusal = { refusal: string }
OutputContent = type of output_text OutputText, refusal OutputRefusal
OutputMessage = { id: string, content: OutputContent[], role: "assistant", status: Progress, phase?: "commentary" |
  "final_answer" }
FileSearchResult = { attributes?: object, file_id?: string, filename?: string, score?: number, text?: string }
FileSearchToolCall = { id: string, queries: string[], status: "in_progress" | "searching" | "completed" |
  "incomplete" | "failed", results?: FileSearchResult[] }
CallerProgram = { caller_id: string }
Caller = type of direct {}, program CallerProgram
FunctionToolCall = { arguments: string, call_id: string, name: string, id?: string, async?: boolean, caller?:
  Caller, namespace?: string, status?: Progress }
PromptCacheBreakpoint = { mode: "explicit", ttl?: "30m" | "12h" }
InputText = { text: string, prompt_cache_breakpoint?: PromptCacheBreakpoint }
InputImage = { detail: "low" | "high" | "auto" | "original", file_id?: string, image_url?: string,
  prompt_cache_breakpoint?: PromptCacheBreakpoint }
InputFile = { detail?: "auto" | "low" | "high", file_data?: string, file_id?: string, file_url?: string, filename?:
  string, prompt_cache_breakpoint?: PromptCacheBreakpoint }
InputContent = type of input_text InputText, input_image InputImage, input_file InputFile
FunctionToolCallOutputItem = { id: string, output: string | InputContent[], status: Progress, call_id?: string,
  caller?: Caller, created_by?: string, name?: string, namespace?: string }
ActionSearchSource = { type: "url", url: string }
ActionSearch = { queries?: string[], query?: string, sources?: ActionSearchSource[] }
ActionOpenPage = { url?: string }
ActionFind = { pattern: string, url: string }
WebSearchAction = type of search ActionSearch, open_page ActionOpenPage, find_in_page ActionFind
FunctionWebSearch = { id: string, action?: WebSearchAction, status: "in_progress" | "searching" | "completed" |
  "failed" | "incomplete" }
PendingSafetyCheck = { id: string, code?: string, message?: string }
ActionClick = { button: "left" | "right" | "wheel" | "back" | "forward", x: integer, y: integer, keys?: string[] }
ActionDoubleClick = { keys?: string[], x: integer, y: integer }
ActionDragPath = { x: integer, y: integer }
ActionDrag = { path: ActionDragPath[], keys?: string[] }
ActionKeypress = { keys: string[] }
ActionMove = { x: integer, y: integer, keys?: string[] }
ActionScroll = { scroll_x: integer, scroll_y: integer, x: integer, y: integer, keys?: string[] }
ActionType = { text: string }
ComputerAction = type of click ActionClick, double_click ActionDoubleClick, drag ActionDrag, keypress
  ActionKeypress, move ActionMove, screenshot {}, scroll ActionScroll, type ActionType, wait {}
ComputerToolCall = { id: string, call_id: string, pending_safety_checks: PendingSafetyCheck[], status: Progress,
  action?: ComputerAction, actions?: ComputerAction[] }
ComputerToolCallOutputScreenshot = { type: "computer_screenshot", file_id?: string, image_url?: string }
ComputerToolCallOutputItem = { id: string, call_id: string, output: ComputerToolCallOutputScreenshot, status:
  "completed" | "incomplete" | "failed" | "in_progress", acknowledged_safety_checks?: PendingSafetyCheck[],
  created_by?: string }
ReasoningSummary = { text: string, type: "summary_text" }
ReasoningText = { text: string, type: "reasoning_text" }
ReasoningItem = { id: string, summary: ReasoningSummary[], content?: ReasoningText[], encrypted_content?: string,
  status?: Progress }
Program = { id: string, call_id: string, code: string, fingerprint: string }
ProgramOutput = { id: string, call_id: string, result: string, status: "completed" | "incomplete" }
ToolSearchCall = { id: string, arguments: any, call_id?: string, execution: "server" | "client", status: Progress,
  created_by?: string }
FunctionTool = { name: string, parameters?: object, strict?: boolean, allowed_callers?: ("direct" |
  "programmatic")[], async?: boolean, defer_loading?: boolean, description?: string, output_schema?: object }
ComparisonFilter = { key: string, value: string | number | boolean | (string | number)[] }
CompoundFilter = { filters: any[] }
SearchFilter = type of eq ComparisonFilter, ne ComparisonFilter, gt ComparisonFilter, gte ComparisonFilter, lt
  ComparisonFilter, lte ComparisonFilter, in ComparisonFilter, nin ComparisonFilter, and CompoundFilter, or
  CompoundFilter
RankingOptionsHybridSearch = { embedding_weight: number, text_weight: number }
RankingOptions = { hybrid_search?: RankingOptionsHybridSearch, ranker?: "auto" | "default-2024-11-15",
  score_threshold?: number }
FileSearchTool = { vector_store_ids: string[], filters?: SearchFilter, max_num_results?: integer, ranking_options?:
  RankingOptions }
ComputerUsePreviewTool = { display_height: integer, display_width: integer, environment: "windows" | "mac" | "linux"
  | "ubuntu" | "browser" }
WebSearchFilters = { allowed_domains?: string[] }
UserLocation = { city?: string, country?: string, region?: string, timezone?: string, type?: "approximate" }
WebSearchTool = { external_web_access?: boolean, filters?: WebSearchFilters, search_context_size?: "low" | "medium"
  | "high", user_location?: UserLocation }
McpAllowedToolsMcpToolFilter = { read_only?: boolean, tool_names?: string[] }
McpRequireApprovalMcpToolApprovalFilter = { always?: McpAllowedToolsMcpToolFilter, never?:
  McpAllowedToolsMcpToolFilter }
McpTool = { server_label: string, allowed_callers?: ("direct" | "programmatic")[], allowed_tools?: string[] |
  McpAllowedToolsMcpToolFilter, authorization?: string, connector_id?: "connector_dropbox" | "connector_gmail" |
  "connector_googlecalendar" | "connector_googledrive" | "connector_microsoftteams" | "connector_outlookcalendar" |
  "connector_outlookemail" | "connector_sharepoint", defer_loading?: boolean, headers?: object, require_approval?:
  "always" | "never" | McpRequireApprovalMcpToolApprovalFilter, server_description?: string, server_url?: string,
  tunnel_id?: string }
ContainerNetworkPolicyDomainSecret = { domain: string, name: string, value: string }
ContainerNetworkPolicyAllowlist = { allowed_domains: string[], domain_secrets?: ContainerNetworkPolicyDomainSecret[]
  }
NetworkPolicy = type of disabled {}, allowlist ContainerNetworkPolicyAllowlist
CodeInterpreterContainerCodeInterpreterToolAuto = { type: "auto", file_ids?: string[], memory_limit?: "1g" | "4g" |
  "16g" | "64g", network_policy?: NetworkPolicy }
CodeInterpreterTool = { container: string | CodeInterpreterContainerCodeInterpreterToolAuto, allowed_callers?:
  ("direct" | "programmatic")[] }
ImageGenerationInputImageMask = { file_id?: string, image_url?: string }
ImageGenerationSvgReasoning = { effort?: "none" | "minimal" | "low" | "medium" | "high" | "xhigh" | "max" }
ImageGenerationSvg = { model?: string, reasoning?: ImageGenerationSvgReasoning }
ImageTool = { action?: "generate" | "edit" | "auto", background?: "transparent" | "opaque" | "auto", complexity?:
  "low" | "medium" | "high", frame_count?: integer, frame_duration_ms?: integer, input_fidelity?: "high" | "low",
  input_image_mask?: ImageGenerationInputImageMask, model?: string, moderation?: "auto" | "low",
  output_compression?: integer, output_format?: "png" | "webp" | "jpeg" | "gif" | "svg", partial_images?: integer,
  quality?: "low" | "medium" | "high" | "xhigh" | "max" | "auto", size?: string, svg?: ImageGenerationSvg }
SkillReference = { skill_id: string, version?: string }
InlineSkillSource = { data: string, media_type: "application/zip", type: "base64" }
InlineSkill = { description: string, name: string, source: InlineSkillSource }
Skills = type of skill_reference SkillReference, inline InlineSkill
ContainerAuto = { file_ids?: string[], memory_limit?: "1g" | "4g" | "16g" | "64g", network_policy?: NetworkPolicy,
  skills?: Skills[] }
LocalSkill = { description: string, name: string, path: string }
LocalEnvironment = { skills?: LocalSkill[] }
ContainerReference = { container_id: string }
Environment = type of container_auto ContainerAuto, local LocalEnvironment, container_reference ContainerReference
FunctionShellTool = { allowed_callers?: ("direct" | "programmatic")[], environment?: Environment }
Grammar = { definition: string, syntax: "lark" | "regex" }
ToolFormat = type of text {}, grammar Grammar
CustomTool = { name: string, allowed_callers?: ("direct" | "programmatic")[], async?: boolean, defer_loading?:
  boolean, description?: string, format?: ToolFormat }
ToolFunction = { name: string, allowed_callers?: ("direct" | "programmatic")[], async?: boolean, defer_loading?:
  boolean, description?: string, output_schema?: object, parameters?: any, strict?: boolean }
NamespaceTools = type of function ToolFunction, custom CustomTool
NamespaceTool = { description: string, name: string, tools: NamespaceTools[] }
ToolSearchTool = { description?: string, execution?: "server" | "client", parameters?: any }
ApproximateLocation = { type: "approximate", city?: string, country?: string, region?: string, timezone?: string }
WebSearchPreviewTool = { search_content_types?: ("text" | "image")[], search_context_size?: "low" | "medium" |
  "high", user_location?: ApproximateLocation }
ApplyPatchTool = { allowed_callers?: ("direct" | "programmatic")[] }
Tool = type of function FunctionTool, file_search FileSearchTool, computer {}, computer_use_preview
  ComputerUsePreviewTool, web_search WebSearchTool, web_search_2025_08_26 WebSearchTool, mcp McpTool,
  code_interpreter CodeInterpreterTool, programmatic_tool_calling {}, image_generation ImageTool, local_shell {},
  shell FunctionShellTool, custom CustomTool, namespace NamespaceTool, tool_search ToolSearchTool,
  web_search_preview WebSearchPreviewTool, web_search_preview_2025_03_11 WebSearchPreviewTool, apply_patch
  ApplyPatchTool
ToolSearchOutputItem = { id: string, call_id?: string, execution: "server" | "client", status: Progress, tools:
  Tool[], created_by?: string }
AdditionalTools = { id: string, role: "unknown" | "user" | "assistant" | "system" | "critic" | "discriminator" |
  "developer" | "tool", tools: Tool[] }
CompactionItem = { id: string, encrypted_content: string, created_by?: string }
ImageGenerationCallErrorModerationDetails = { categories: string[], moderation_stage: "input" | "output" | "unknown"
  }
ImageGenerationCallError = { code?: string, message: string, param?: string, type: string, moderation_details?:
  ImageGenerationCallErrorModerationDetails }
ImageGenerationCallSvgUsage = { input_tokens: count, model: string, output_tokens: count, reasoning_tokens: count,
  total_tokens: count }
ImageGenerationCall = { id: string, result?: string, status: "in_progress" | "completed" | "generating" | "failed",
  action?: "generate" | "edit" | "auto", background?: "transparent" | "opaque" | "auto", error?:
  ImageGenerationCallError, output_format?: "png" | "webp" | "jpeg" | "gif" | "svg", quality?: "low" | "medium" |
  "high" | "xhigh" | "max" | "auto", revised_prompt?: string, size?: string, svg_usage?: ImageGenerationCallSvgUsage
  }
OutputLogs = { logs: string }
OutputImage = { url: string }
CodeOutput = type of logs OutputLogs, image OutputImage
CodeInterpreterToolCall = { id: string, code?: string, container_id: string, outputs?: CodeOutput[], status:
  "in_progress" | "completed" | "incomplete" | "interpreting" | "failed" }
LocalShellCallAction = { command: string[], env: object, type: "exec", timeout_ms?: integer, user?: string,
  working_directory?: string }
LocalShellCall = { id: string, action: LocalShellCallAction, call_id: string, status: Progress }
LocalShellCallOutput = { id: string, output: string, status?: Progress }
ShellAction = { commands: string[], max_output_length?: integer, timeout_ms?: integer }
CallEnvironment = type of local {}, container_reference ContainerReference
FunctionShellToolCall = { id: string, action: ShellAction, call_id: string, environment?: CallEnvironment, status:
  Progress, caller?: Caller, created_by?: string }
OutputOutcomeExit = { exit_code: integer }
ShellOutcome = type of timeout {}, exit OutputOutcomeExit
ShellOutput = { outcome: ShellOutcome, stderr: string, stdout: string, created_by?: string }
FunctionShellToolCallOutput = { id: string, call_id: string, max_output_length?: integer, output: ShellOutput[],
  status: Progress, caller?: Caller, created_by?: string }
OperationCreateFile = { diff: string, path: string }
OperationDeleteFile = { path: string }
PatchOperation = type of create_file OperationCreateFile, delete_file OperationDeleteFile, update_file
  OperationCreateFile
ApplyPatchToolCall = { id: string, call_id: string, operation: PatchOperation, status: "in_progress" | "completed",
  caller?: Caller, created_by?: string }
ApplyPatchToolCallOutput = { id: string, call_id: string, status: "completed" | "failed", caller?: Caller,
  created_by?: string, output?: string }
McpProtocolError = { code: integer, message: string }
McpToolExecutionError = { content: any }
McpError = type of mcp_protocol_error McpProtocolError, mcp_tool_execution_error McpToolExecutionError, http_error
  McpProtocolError
McpCall = { id: string, arguments: string, name: string, server_label: string, approval_request_id?: string, error?:
  McpError, output?: string, status?: "in_progress" | "completed" | "incomplete" | "calling" | "failed" }
McpListToolsTool = { input_schema: any, name: string, annotations?: any, description?: string }
McpListTools = { id: string, server_label: string, tools: McpListToolsTool[], error?: string }
McpApprovalRequest = { id: string, arguments: string, name: string, server_label: string }
McpApprovalResponse = { id: string, approval_request_id: string, approve: boolean, reason?: string }
CustomToolCall = { call_id: string, input: string, name: string, id?: string, async?: boolean, caller?: Caller,
  namespace?: string }
CustomToolCallOutputItem = { call_id: string, output: string | InputContent[], id: string, caller?: Caller, status:
  Progress, created_by?: string }
Item = type of message OutputMessage, file_search_call FileSearchToolCall, function_call FunctionToolCall,
  function_call_output FunctionToolCallOutputItem, web_search_call FunctionWebSearch, computer_call
  ComputerToolCall, computer_call_output ComputerToolCallOutputItem, reasoning ReasoningItem, program Program,
  program_output ProgramOutput, tool_search_call ToolSearchCall, tool_search_output ToolSearchOutputItem,
  additional_tools AdditionalTools, compaction CompactionItem, image_generation_call ImageGenerationCall,
  code_interpreter_call CodeInterpreterToolCall, local_shell_call LocalShellCall, local_shell_call_output
  LocalShellCallOutput, shell_call FunctionShellToolCall, shell_call_output FunctionShellToolCallOutput,
  apply_patch_call ApplyPatchToolCall, apply_patch_call_output ApplyPatchToolCallOutput, mcp_call McpCall,
  mcp_list_tools McpListTools, mcp_approval_request McpApprovalRequest, mcp_approval_response McpApprovalResponse,
  custom_tool_call CustomToolCall, custom_tool_call_output CustomToolCallOutputItem
AccessPrograms = { cyber: "standard" | "daybreak_blue" | "daybreak_red" }
MisalignmentSteer = { message: string }
Misalignment = { detailed_explanation?: string, error_type?: string, review_target?: string, steer?:
  MisalignmentSteer }
ResponseError = { code: "server_error" | "rate_limit_exceeded" | "invalid_prompt" | "data_residency_mismatch" |
  "bio_policy" | "misalignment_policy_violation" | "vector_store_timeout" | "invalid_image" | "invalid_image_format"
  | "invalid_base64_image" | "invalid_image_url" | "image_too_large" | "image_too_small" | "image_parse_error" |
  "image_content_policy_violation" | "invalid_image_mode" | "image_file_too_large" | "unsupported_image_media_type"
  | "empty_image_file" | "failed_to_download_image" | "image_file_not_found", message: string, misalignment?:
  Misalignment, param?: string, type?: string }
IncompleteDetails = { reason?: "max_output_tokens" | "max_messages" | "content_filter" | "steered" }
ToolChoiceAllowed = { mode: "auto" | "required", tools: object[] }
ToolChoiceFunction = { name: string }
ToolChoiceMcp = { server_label: string, name?: string }
ToolChoice = type of allowed_tools ToolChoiceAllowed, file_search {}, web_search_preview {}, computer {},
  computer_use_preview {}, computer_use {}, web_search_preview_2025_03_11 {}, image_generation {}, code_interpreter
  {}, function ToolChoiceFunction, mcp ToolChoiceMcp, custom ToolChoiceFunction, programmatic_tool_calling {},
  apply_patch {}, shell {}
Conversation = { id: string }
Image = { context_compression: "enabled" | "disabled" }
InputTransformation = { id: string, action: "removed", reason: "organization_mismatch" | "end_user_mismatch" |
  "model_mismatch" | "prefix_mismatch" | "turn_boundary", type: "reasoning" }
ModerationInputModerationResult = { categories: object, category_applied_input_types: object, category_scores:
  object, flagged: boolean, model: string }
ModerationInputError = { code: string, message: string }
ModerationResult = type of moderation_result ModerationInputModerationResult, error ModerationInputError
Moderation = { input: ModerationResult, output: ModerationResult }
Prompt = { id: string, variables?: object, version?: string }
PromptCacheDiagnosticsCacheMiss = { cache_missed_tokens: count, reason: "model_changed" | "prompt_cache_key_changed"
  | "tools_changed" | "text_format_changed" | "reasoning_effort_changed" | "verbosity_changed" | "context_compacted"
  | "input_changed" | "service_tier_changed", comparison_reusable_tokens?: count }
PromptCacheDiagnostics = type of cache_miss PromptCacheDiagnosticsCacheMiss, cache_hit {},
  comparison_response_not_found {}, unavailable {}
PromptCacheOptions = { mode: "implicit" | "explicit", ttl: "30m" | "12h", comparison_response_id?: string }
Reasoning = { context?: "auto" | "current_turn" | "all_turns", effort?: "none" | "minimal" | "low" | "medium" |
  "high" | "xhigh" | "max", generate_summary?: "auto" | "concise" | "detailed", mode?: string, summary?: "auto" |
  "concise" | "detailed" }
FormatTextJSONSchemaConfig = { name: string, schema: object, description?: string, strict?: boolean }
TextFormat = type of text {}, json_schema FormatTextJSONSchemaConfig, json_object {}
TextConfig = { format?: TextFormat, verbosity?: "low" | "medium" | "high" }
ToolUsageImageGenInputTokensDetails = { image_tokens: count, text_tokens: count }
ToolUsageImageGenCachedTokensDetails = { cached_image_tokens: count, cached_text_tokens: count }
ToolUsageImageGen = { input_tokens: count, input_tokens_details: ToolUsageImageGenInputTokensDetails, output_tokens:
  count, total_tokens: count, cached_tokens?: count, cached_tokens_details?: ToolUsageImageGenCachedTokensDetails,
  output_tokens_details?: ToolUsageImageGenInputTokensDetails }
ToolUsageWebSearch = { num_requests: count }
ToolUsage = { image_gen: ToolUsageImageGen, web_search: ToolUsageWebSearch }
InputTokensDetailsCacheWriteTokensDetails = { ttl_12h_tokens: count, ttl_30m_tokens: count }
InputTokensDetails = { cache_write_tokens?: count, cached_tokens: count, cache_write_tokens_details?:
  InputTokensDetailsCacheWriteTokensDetails }
OutputTokensDetails = { reasoning_tokens: count }
Usage = { input_tokens: count, input_tokens_details: InputTokensDetails, output_tokens: count,
  output_tokens_details: OutputTokensDetails, total_tokens: count }
Response = { id: string, access_programs?: AccessPrograms, created_at: number, error?: ResponseError,
  incomplete_details?: IncompleteDetails, instructions?: string | any[], metadata?: object, model: string, object:
  "response", output: Item[], parallel_tool_calls: boolean, temperature?: number, tool_choice: "none" | "auto" |
  "required" | ToolChoice, tools: Tool[], top_p?: number, background?: boolean, completed_at?: number,
  conversation?: Conversation, image?: Image, input_transformations?: InputTransformation[], max_output_tokens?:
  count, max_tool_calls?: count, moderation?: Moderation, previous_response_id?: string, prompt?: Prompt,
  prompt_cache_diagnostics?: PromptCacheDiagnostics, prompt_cache_key?: string, prompt_cache_options?:
  PromptCacheOptions, prompt_cache_retention?: "in_memory" | "24h", reasoning?: Reasoning, safety_identifier?:
  string, service_tier?: "auto" | "default" | "flex" | "scale" | "priority" | "fast" | "ultrafast", status?:
  "completed" | "failed" | "in_progress" | "cancelled" | "queued" | "incomplete", text?: TextConfig, tool_usage?:
  ToolUsage, top_logprobs?: count, truncation?: "auto" | "disabled", usage?: Usage, user?: string,
  frequency_penalty?: number, presence_penalty?: number, store?: boolean }
"""
)

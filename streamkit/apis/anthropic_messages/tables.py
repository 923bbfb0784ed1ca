"""The content of a message of Anthropic's API: blocks, citations, results of server tools, token counts.

Source: anthropic 2.12, `types/message.py` and the types that it names. Less strict than those where Anthropic's own
streams differ: `web_fetch_requests` was introduced after `web_search_requests`.
"""

from __future__ import annotations

from streamkit.apis._kit.notation import shapes

TABLES = shapes(
    """
ContainerSkill = { skill_id: string, type: "anthropic" | "custom", version: string }
Container = { id: string, expires_at: string, skills?: ContainerSkill[] }
CitationCharLocation = { cited_text: string, document_index: integer, document_title?: string, end_char_index:
  integer, file_id?: string, start_char_index: integer }
CitationPageLocation = { cited_text: string, document_index: integer, document_title?: string, end_page_number:
  integer, file_id?: string, start_page_number: integer }
CitationContentBlockLocation = { cited_text: string, document_index: integer, document_title?: string,
  end_block_index: integer, file_id?: string, start_block_index: integer }
CitationsWebSearchResultLocation = { cited_text: string, encrypted_index: string, title?: string, url: string }
CitationsSearchResultLocation = { cited_text: string, end_block_index: integer, search_result_index: integer,
  source: string, start_block_index: integer, title?: string }
Citation = type of char_location CitationCharLocation, page_location CitationPageLocation, content_block_location
  CitationContentBlockLocation, web_search_result_location CitationsWebSearchResultLocation, search_result_location
  CitationsSearchResultLocation
Text = { citations?: Citation[], text: string }
Thinking = { signature: string, thinking: string }
RedactedThinking = { data: string }
ServerToolCaller = { tool_id: string }
Caller = type of direct {}, code_execution_20250825 ServerToolCaller, code_execution_20260120 ServerToolCaller
ToolUse = { id: string, caller?: Caller, input: object, name: string, toolset_name?: string }
ServerToolUse = { id: string, caller?: Caller, input: object, name: "web_search" | "web_fetch" | "code_execution" |
  "bash_code_execution" | "text_editor_code_execution" | "tool_search_tool_regex" | "tool_search_tool_bm25" }
WebSearchResult = { encrypted_content: string, page_age?: string, title: string, type: "web_search_result", url:
  string }
WebSearchError = { error_code: "invalid_tool_input" | "unavailable" | "max_uses_exceeded" | "too_many_requests" |
  "query_too_long" | "request_too_large", type: "web_search_tool_result_error" }
WebSearchToolResult = { caller?: Caller, content: WebSearchResult[] | WebSearchError, tool_use_id: string }
WebFetchError = { error_code: "invalid_tool_input" | "url_too_long" | "url_not_allowed" | "url_not_in_prior_context"
  | "url_not_accessible" | "unsupported_content_type" | "too_many_requests" | "max_uses_exceeded" | "unavailable" |
  "content_too_large" }
CitationsConfig = { enabled: boolean }
Base64PDFSource = { data: string, media_type: "application/pdf" }
PlainTextSource = { data: string, media_type: "text/plain" }
Source = type of base64 Base64PDFSource, text PlainTextSource
Document = { citations?: CitationsConfig, source: Source, title?: string, type: "document" }
WebFetch = { content: Document, retrieved_at?: string, url: string }
WebFetchContent = type of web_fetch_tool_result_error WebFetchError, web_fetch_result WebFetch
WebFetchToolResult = { caller?: Caller, content: WebFetchContent, tool_use_id: string }
CodeExecutionError = { error_code: "invalid_tool_input" | "unavailable" | "too_many_requests" |
  "execution_time_exceeded" }
CodeExecutionOutput = { file_id: string, type: "code_execution_output" }
CodeExecutionResult = { content: CodeExecutionOutput[], return_code: integer, stderr: string, stdout: string }
EncryptedCodeExecutionResult = { content: CodeExecutionOutput[], encrypted_stdout: string, return_code: integer,
  stderr: string }
CodeExecutionContent = type of code_execution_tool_result_error CodeExecutionError, code_execution_result
  CodeExecutionResult, encrypted_code_execution_result EncryptedCodeExecutionResult
CodeExecutionToolResult = { content: CodeExecutionContent, tool_use_id: string }
BashError = { error_code: "invalid_tool_input" | "unavailable" | "too_many_requests" | "execution_time_exceeded" |
  "output_file_too_large" }
BashCodeExecutionOutput = { file_id: string, type: "bash_code_execution_output" }
BashCodeExecutionResult = { content: BashCodeExecutionOutput[], return_code: integer, stderr: string, stdout: string
  }
BashContent = type of bash_code_execution_tool_result_error BashError, bash_code_execution_result
  BashCodeExecutionResult
BashCodeExecutionToolResult = { content: BashContent, tool_use_id: string }
TextEditorError = { error_code: "invalid_tool_input" | "unavailable" | "too_many_requests" |
  "execution_time_exceeded" | "file_not_found", error_message?: string }
TextEditorView = { content: string, file_type: "text" | "image" | "pdf", num_lines?: integer, start_line?: integer,
  total_lines?: integer }
TextEditorCreate = { is_file_update: boolean }
TextEditorReplace = { lines?: string[], new_lines?: integer, new_start?: integer, old_lines?: integer, old_start?:
  integer }
TextEditorContent = type of text_editor_code_execution_tool_result_error TextEditorError,
  text_editor_code_execution_view_result TextEditorView, text_editor_code_execution_create_result TextEditorCreate,
  text_editor_code_execution_str_replace_result TextEditorReplace
TextEditorCodeExecutionToolResult = { content: TextEditorContent, tool_use_id: string }
ToolSearchError = { error_code: "invalid_tool_input" | "unavailable" | "too_many_requests" |
  "execution_time_exceeded", error_message?: string }
ToolReference = { tool_name: string, type: "tool_reference" }
ToolSearchResult = { tool_references: ToolReference[] }
ToolSearchContent = type of tool_search_tool_result_error ToolSearchError, tool_search_tool_search_result
  ToolSearchResult
ToolSearchToolResult = { content: ToolSearchContent, tool_use_id: string }
ContainerUpload = { file_id: string }
Block = type of text Text, thinking Thinking, redacted_thinking RedactedThinking, tool_use ToolUse, server_tool_use
  ServerToolUse, web_search_tool_result WebSearchToolResult, web_fetch_tool_result WebFetchToolResult,
  code_execution_tool_result CodeExecutionToolResult, bash_code_execution_tool_result BashCodeExecutionToolResult,
  text_editor_code_execution_tool_result TextEditorCodeExecutionToolResult, tool_search_tool_result
  ToolSearchToolResult, container_upload ContainerUpload
CacheMissModelChanged = { cache_missed_input_tokens: count }
CacheMissReason = type of model_changed CacheMissModelChanged, system_changed CacheMissModelChanged, tools_changed
  CacheMissModelChanged, messages_changed CacheMissModelChanged, previous_message_not_found {}, unavailable {}
Diagnostics = { cache_miss_reason?: CacheMissReason }
RefusalStopDetails = { category?: "cyber" | "bio" | "frontier_llm" | "reasoning_extraction" | "general_harms",
  explanation?: string, type: "refusal" }
CacheCreation = { ephemeral_1h_input_tokens: count, ephemeral_5m_input_tokens: count }
OutputTokensDetails = { thinking_tokens: count }
ServerToolUsage = { web_fetch_requests?: count, web_search_requests: count }
Usage = { cache_creation?: CacheCreation, cache_creation_input_tokens?: count, cache_read_input_tokens?: count,
  inference_geo?: string, input_tokens: count, output_tokens: count, output_tokens_details?: OutputTokensDetails,
  server_tool_use?: ServerToolUsage, service_tier?: "standard" | "priority" | "batch", speed?: "standard" | "fast" }
StopReason = "end_turn" | "max_tokens" | "stop_sequence" | "tool_use" | "pause_turn" | "refusal" |
  "model_context_window_exceeded"
Message = { id: string, container?: Container, content: Block[], diagnostics?: Diagnostics, model: string, role:
  "assistant", stop_details?: RefusalStopDetails, stop_reason?: StopReason, stop_sequence?: string, type: "message",
  usage: Usage }
MessageDelta = { container?: Container, stop_details?: RefusalStopDetails, stop_reason?: StopReason, stop_sequence?:
  string }
MessageDeltaUsage = { cache_creation_input_tokens?: count, cache_read_input_tokens?: count, input_tokens?: count,
  output_tokens: count, output_tokens_details?: OutputTokensDetails, server_tool_use?: ServerToolUsage }
"""
)

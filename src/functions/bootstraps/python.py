"""The process of a Python function: takes events from the Runtime API, calls the handler, sends what it answers.

The standard library alone, because it shares its process with code that we know nothing about.
"""

import http.client
import importlib
import json
import logging
import os
import sys
import time
import traceback

BASE = "/2018-06-01/runtime"
ENVIRONMENT = os.environ
TOKEN = ENVIRONMENT.pop("LAKEHOSE_RUNTIME_TOKEN", "")


class RuntimeClient:
    """One connection that is kept; a server that is gone ends the process."""

    def __init__(self, address):
        self._connection = http.client.HTTPConnection(address)

    def call(self, method, path, body=None):
        headers = {"Lakehose-Runtime-Token": TOKEN}
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            self._connection.request(method, BASE + path, body, headers)
            response = self._connection.getresponse()
            return response.headers, response.read()
        except (OSError, http.client.HTTPException):
            os._exit(1)

    def report(self, path, error_type, error):
        """Shows the error where output goes, and sends it as the answer."""
        lines = traceback.format_exception(type(error), error, error.__traceback__)
        sys.stderr.write("".join(lines))
        sys.stderr.flush()
        body = {"errorType": error_type, "errorMessage": str(error), "stackTrace": lines}
        self.call("POST", path, json.dumps(body).encode())


class Context:
    def __init__(self, headers):
        self.function_name = ENVIRONMENT.get("AWS_LAMBDA_FUNCTION_NAME")
        self.function_version = ENVIRONMENT.get("AWS_LAMBDA_FUNCTION_VERSION")
        self.memory_limit_in_mb = ENVIRONMENT.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.log_group_name = ENVIRONMENT.get("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = ENVIRONMENT.get("AWS_LAMBDA_LOG_STREAM_NAME")
        self.aws_request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        self.invoked_function_arn = headers["Lambda-Runtime-Invoked-Function-Arn"]
        self.identity = CognitoIdentity()
        self.client_context = None
        self._deadline_ms = int(headers["Lambda-Runtime-Deadline-Ms"])

    def get_remaining_time_in_millis(self):
        return max(0, self._deadline_ms - int(time.time() * 1000))

    def log(self, message):
        sys.stdout.write(str(message))


class CognitoIdentity:
    cognito_identity_id = None
    cognito_identity_pool_id = None


class RequestIdFilter(logging.Filter):
    """Gives every log record the id of the call that it belongs to."""

    request_id = ""

    def filter(self, record):
        record.aws_request_id = self.request_id
        return True


def install_logging():
    """The root logger has a handler from the start, as code on Lambda expects: it only ever sets levels."""
    requests = RequestIdFilter()
    handler = logging.StreamHandler(sys.stdout)
    pattern = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s"
    formatter = logging.Formatter(pattern, "%Y-%m-%dT%H:%M:%S")
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    handler.addFilter(requests)
    logging.getLogger().addHandler(handler)
    return requests


class StartError(Exception):
    def __init__(self, name, message):
        super().__init__(message)
        self.name = name


def load_handler(handler):
    module_name, dot, function_name = handler.rpartition(".")
    if not dot:
        raise StartError("Runtime.MalformedHandlerName", f"Expected a handler such as lambda_function.lambda_handler; got {handler}")
    module = importlib.import_module(module_name.replace("/", "."))
    function = getattr(module, function_name, None)
    if not callable(function):
        raise StartError("Runtime.HandlerNotFound", f"Expected a function {function_name} in {module_name}; found none")
    return function


def serve(client, handler, requests):
    while True:
        headers, body = client.call("GET", "/invocation/next")
        request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        if request_id is None:
            os._exit(1)
        requests.request_id = request_id
        ENVIRONMENT["_X_AMZN_TRACE_ID"] = headers["Lambda-Runtime-Trace-Id"]
        path = f"/invocation/{request_id}"
        try:
            result = handler(json.loads(body), Context(headers))
        except SystemExit as error:
            client.report(path + "/error", "Runtime.ExitError", error)
            os._exit(1)
        except BaseException as error:
            client.report(path + "/error", type(error).__name__, error)
            continue
        try:
            reply = json.dumps(result, separators=(",", ":")).encode()
        except (TypeError, ValueError, RecursionError) as error:
            client.report(path + "/error", "Runtime.MarshalError", error)
            continue
        sys.stdout.flush()
        client.call("POST", path + "/response", reply)


def main():
    client = RuntimeClient(ENVIRONMENT["AWS_LAMBDA_RUNTIME_API"])
    requests = install_logging()
    # The folder of this file comes first by itself, and has no business there.
    sys.path[0] = ENVIRONMENT["LAMBDA_TASK_ROOT"]
    try:
        handler = load_handler(ENVIRONMENT["_HANDLER"])
    except BaseException as error:
        name = error.name if isinstance(error, StartError) else "Runtime.ImportModuleError"
        client.report("/init/error", name, error)
        os._exit(1)
    serve(client, handler, requests)


if __name__ == "__main__":
    main()

"""Loads the real `srt/observability/trace.py` and `mooncake_trace.py` of an installed SGLang wheel.

The wheel is installed without its dependencies, so what the two modules import beyond opentelemetry is stubbed; the
modules themselves, and `srt/environ.py`, are the wheel's own.
"""

import importlib
import importlib.metadata
import os
import sys
import time
import types


def stub(name, path=None, **members):
    module = types.ModuleType(name)
    if path is not None:
        module.__path__ = [str(path)]
    vars(module).update(members)
    sys.modules[name] = module


def int_from_env(name, default):
    try:
        return int(os.environ.get(name, "").strip())
    except ValueError:
        return default


class RequestStageConfig:
    def __init__(self, stage_name, level=0):
        self.stage_name = stage_name
        self.level = level


def load():
    """The modules `trace` and `mooncake_trace`, and the wheel's version."""
    distribution = importlib.metadata.distribution("sglang")
    package = distribution.locate_file("sglang")
    resources = types.SimpleNamespace(trace_level=None)
    realtime_offset_ns = time.time_ns() - time.perf_counter_ns()
    # The packages without running their `__init__`, which imports torch and more.
    stub("sglang", package)
    stub("sglang.srt", package / "srt")
    stub("sglang.srt.observability", package / "srt" / "observability")
    stub("sglang.srt.runtime_context", get_resources=lambda: resources)
    stub("sglang.srt.utils", get_int_env_var=int_from_env)
    stub("sglang.srt.managers", "")
    stub("sglang.srt.managers.schedule_batch", BaseFinishReason=type("BaseFinishReason", (), {}))
    stub(
        "sglang.srt.observability.req_time_stats",
        RequestStageConfig=RequestStageConfig,
        convert_time_to_realtime_ns=lambda seconds: int(seconds * 1e9) + realtime_offset_ns,
    )
    trace = importlib.import_module("sglang.srt.observability.trace")
    mooncake_trace = importlib.import_module("sglang.srt.observability.mooncake_trace")
    return trace, mooncake_trace, distribution.version

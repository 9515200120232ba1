"""Jobs: work that outlives a request, with progress, cancel, and recovery after a crash."""

from orderloom.jobs.queue import Depth, Job, add_file, depth, enqueue, file, find, request_cancel
from orderloom.jobs.worker import JobContext, JobHandler, Worker

__all__ = [
    "Depth",
    "Job",
    "JobContext",
    "JobHandler",
    "Worker",
    "add_file",
    "depth",
    "enqueue",
    "file",
    "find",
    "request_cancel",
]

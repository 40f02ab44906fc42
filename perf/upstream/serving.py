"""The serving process: carries out commands from its control socket until that closes."""

import asyncio
import gc
import os
import socket
from functools import partial
from time import process_time_ns
from typing import assert_never

import uvloop

from perf.upstream import control
from perf.upstream.files import raise_file_limit
from perf.upstream.fleet import Fleet


def serve(control_fd: int) -> None:
    """Serve until the other end of the control socket closes, be it by death.

    Nothing but memory of finished connections is garbage, and those leave no cycles, so the collector
    runs only between slices of load, when the log is taken.
    """
    gc.disable()
    raise_file_limit()
    uvloop.run(_obey(socket.socket(fileno=control_fd)))


async def _obey(channel: socket.socket) -> None:
    reader, writer = await asyncio.open_unix_connection(sock=channel)
    loop = asyncio.get_running_loop()
    fleet = Fleet(loop=loop)
    defects: list[str] = []
    loop.set_exception_handler(partial(_note_defect, defects=defects))
    try:
        while True:
            (size,) = control.PREFIX.unpack(await reader.readexactly(control.PREFIX.size))
            command = control.decode_command(await reader.readexactly(size))
            answer = await _carry_out(fleet, command)
            if defects:
                answer = control.Refused(why=f"it broke: {defects[0]}")
            writer.write(control.encode(answer))
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        fleet.close()
        writer.close()


def _note_defect(loop: asyncio.AbstractEventLoop, context: dict[str, object], *, defects: list[str]) -> None:
    """A mock that breaks must not go on measuring; a client's broken connection is no such case."""
    if not isinstance(context.get("exception"), OSError):
        defects.append(str(context.get("exception") or context.get("message")))
    loop.default_exception_handler(context)


async def _carry_out(fleet: Fleet, command: control.Command) -> control.Answer:
    match command:
        case control.Open():
            return await _open(fleet, command)
        case control.Become(instance=name, state=state):
            if name not in fleet.instances:
                return control.Refused(why=f"no instance is called {name!r}")
            await fleet.instances[name].become(control.state_of(state))
            return control.Done()
        case control.Follow(steps=steps):
            return _follow(fleet, steps)
        case control.Drain():
            gc.collect()
            return control.Drained(arrivals=fleet.drain())
        case control.Rest(within_ns=within_ns):
            await fleet.rest(within_ns)
            return control.Done()
        case control.Usage():
            return control.Used(cpu_ns=process_time_ns())
        case _:
            assert_never(command)


async def _open(fleet: Fleet, command: control.Open) -> control.Answer:
    try:
        if command.cpus:
            os.sched_setaffinity(0, command.cpus)
        await fleet.open(command.ports, tls=command.tls, shared=command.shared)
    except OSError as error:
        return control.Refused(why=str(error))
    gc.freeze()
    ports = {name: instance.port for name, instance in fleet.instances.items()}
    return control.Opened(ports=ports, ca_pem=fleet.ca_pem)


def _follow(fleet: Fleet, steps: tuple[control.StepWords, ...]) -> control.Answer:
    unknown = {step.instance for step in steps} - fleet.instances.keys()
    if unknown:
        return control.Refused(
            why="no instance is called " + ", ".join(repr(name) for name in sorted(unknown))
        )
    fleet.schedule([control.step_of(step) for step in steps])
    return control.Done()

"""How we talk to PostgreSQL: no wait without an end, and only with a server that may write."""

import select
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine.interfaces import ExceptionContext
from sqlalchemy.exc import DisconnectionError

# Seconds to wait for a new connection, and for one of ours to become free.
CONNECT_PATIENCE, POOL_PATIENCE = 5, 10
# Seconds that a server process of ours lets one statement take; a command waits as long as it may.
PATIENCE = 15
# A lock that is not given up by then is held by somebody who hangs; so is a transaction left idle.
LOCK_PATIENCE, IDLE_PATIENCE = 10, 60
# How much longer than the server's own limit we wait for its word, before we take it for dead.
SILENCE = 2
READ_ONLY = "25006"  # SQLSTATE read_only_sql_transaction
# Seconds without traffic after which the kernel asks the other host for life, and how it goes on.
KEEPALIVES = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}


class BoundedConnection(psycopg.Connection[Any]):
    """Gives a server up that says nothing for `patience` seconds: a paused one never would."""

    patience: float | None = None

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        try:
            return super().wait(gen, interval, timeout or self.patience)
        except psycopg.OperationalError:
            # It owes an answer still: nothing, not even a rollback, can be asked of it.
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.close()
            raise

    def rollback(self) -> None:
        """Ends a transaction; one that may only read, by a commit, for there is nothing to undo."""
        # A rollback makes psycopg forget every statement that the server has prepared.
        if self.read_only:
            self.commit()
        else:
            super().rollback()


def engine(url: str, patience: float | None) -> Engine:
    """Connections that are looked at before use; with `patience`, no statement lasts longer."""
    limits = {"connect_timeout": CONNECT_PATIENCE} | KEEPALIVES
    made = create_engine(
        url,
        pool_size=16,
        max_overflow=16,
        # The one used last, so that few connections do the work and have all its statements ready.
        pool_use_lifo=True,
        pool_timeout=POOL_PATIENCE,
        hide_parameters=True,
        # As the server itself writes them: psycopg would translate the larger statements each time.
        paramstyle="numeric_dollar",
        use_native_hstore=False,
        connect_args=limits | ({"options": _limits(patience)} if patience else {}),
    )

    @event.listens_for(made, "do_connect")
    def connect(_dialect: Any, _record: Any, args: Any, named: Any) -> BoundedConnection:
        connection = BoundedConnection.connect(*args, **named)
        connection.patience = patience and patience + SILENCE
        connection.cursor_factory = psycopg.RawCursor
        return connection

    event.listen(made, "checkout", _leave_closed)
    event.listen(made, "handle_error", _leave_standby)
    return made


def _limits(patience: float) -> str:
    seconds = {
        "statement_timeout": patience,
        "lock_timeout": LOCK_PATIENCE,
        "idle_in_transaction_session_timeout": IDLE_PATIENCE,
    }
    return " ".join(f"-c {name}={value}s" for name, value in seconds.items())


def _leave_closed(connection: BoundedConnection, _record: Any, _proxy: Any) -> None:
    # It owes no answer: what there is to read is the server's farewell, or the kernel's word that
    # it is gone. To ask the server each time would cost a round trip.
    look = select.poll()
    look.register(connection.fileno(), select.POLLIN)
    if look.poll(0):
        raise DisconnectionError


def _leave_standby(context: ExceptionContext) -> None:
    # After a fail-over the old server may live on as a standby: look for the new one.
    if getattr(context.original_exception, "sqlstate", None) == READ_ONLY:
        context.is_disconnect = True

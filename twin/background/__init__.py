"""Jobs in processes of their own, which outlive the server that began them. What they do is in twin/jobs/work.py.

    data/jobs/
        .lock                  held while a job is begun
        20261129-090723-1f0c…/
            request.json       kind, author, arguments, when
            started            there from just before its process begins
            lock               held by the process for as long as it lives
            process.json       its id
            events.jsonl       what it reported, a line each
            output.txt         what it, or a library, printed
            cancel             there when it was asked to stop
            outcome.json       its result, or its error; written last

A job's state follows from these files and the lock: none of them says it.
"""

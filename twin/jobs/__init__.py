"""The use cases, one a module: functions of the settings, an author and a progress object that return a result.

They print nothing and ask nobody; the command line, a page and a cluster call the same ones. What a job needs is
imported when it runs, so that a command's help answers at once.
"""

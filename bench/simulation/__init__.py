"""A simulation that measures `longhand check`: random problems, worked answers, planted mistakes, damage; and what the marker makes of them.

Nothing here uses the code that diagnoses mistakes: networks, answers and mistakes are plain floats and lists.
"""

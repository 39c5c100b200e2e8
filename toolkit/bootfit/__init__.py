"""bootfit: will this Python app install, boot and fit on that instance?"""

__version__ = "0.1.0"

"""The community room: public questions and answers."""
